"""What the machine that a project comes to is told of the other one, and follows."""

import ipaddress

import standby
import taking
import tunnel
import way
from ground import Refused
from source import image

# What of the other machine's offer passes over files need, with how that machine is reached.
FILE = "offer.json"


def follow(move, said):
    """Databases follow at once, or are loaded once the other machine is frozen; files come by passes."""
    tunnel.judge(said)
    image()
    files = said.get("files")
    if not isinstance(files, dict) or not {"port", "password", "names", "owner"} <= set(files):
        raise Refused("files: what `berth-move offer` answered on the other machine comes on standard input")
    answer = (taking if way.choose(move, said) == way.DUMP else standby).follow(move, said)
    move.keep(FILE, {"files": files, "peer": {"address": str(ipaddress.ip_address(said["address"])), "hostKey": said["hostKey"]}})
    return answer
