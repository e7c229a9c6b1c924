"""The way to the other machine: SSH with its host key pinned, begun anew whenever it ends."""

import ipaddress
import os
import re
import time

import ports
import units
from account import ACCOUNT, PRIVATE, key
from ground import Failed, Refused, environment, write
from moves import move_of

FILE, KNOWN = "tunnel.json", "known_hosts"
HOST_KEY = re.compile(r"(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) [A-Za-z0-9+/]+={0,2}")
# A base copy takes what it takes; that the other machine lives is known within seconds.
ALIVE = ["-o", "ServerAliveInterval=2", "-o", "ServerAliveCountMax=3", "-o", "ConnectTimeout=5"]


def judge(peer):
    """Refuses what leads nowhere. `peer`: {address, hostKey} of the other machine."""
    try:
        ipaddress.ip_address(peer.get("address"))
    except ValueError:
        raise Refused(f"address: {peer.get('address')!r} is no address of the other machine") from None
    if not isinstance(peer.get("hostKey"), str) or not HOST_KEY.fullmatch(" ".join(peer["hostKey"].split()[:2])):
        raise Refused("hostKey: is no public host key of the other machine; pin the one that its stack publishes")


def ensure(move, peer, forwards):
    """The tunnel is up with these forwards beside those that it had: [{bind, listen, port}] have a port of an address
    of this machine lead to a port of the other one's own address. Raises Failed where it does not come up."""
    judge(peer)
    key(move)
    before = move.kept(FILE, {"forwards": []})
    kept = {(each["bind"], each["listen"]): each for each in [*before["forwards"], *forwards]}
    wanted = {"address": peer["address"], "hostKey": " ".join(peer["hostKey"].split()[:2]), "forwards": [kept[each] for each in sorted(kept)]}
    if wanted != before:
        move.keep(FILE, wanted)
        write(move.of(KNOWN), f"move {wanted['hostKey']}\n")
    units.ensure(move, "tunnel", wanted != before)
    until = time.monotonic() + 30
    while not all(ports.answers(each["bind"], each["listen"]) for each in forwards):
        if time.monotonic() > until:
            raise Failed(f"no tunnel to {peer['address']}: {units.last_words(move, 'tunnel')}")
        time.sleep(0.1)


def gone(move):
    units.gone(move, "tunnel")
    move.drop(FILE, KNOWN, PRIVATE, f"{PRIVATE}.pub")


def words(move):
    """The command, as it would be started now."""
    told = move.kept(FILE)
    if not told:
        raise Refused(f"{move.slug}: has no other machine")
    bracketed = lambda address: f"[{address}]" if ":" in address else address  # pylint: disable=unnecessary-lambda-assignment
    forwards = [part for each in told["forwards"] for part in ("-L", f"{bracketed(each['bind'])}:{each['listen']}:127.0.0.1:{each['port']}")]
    pinned = ["-o", f"UserKnownHostsFile={move.of(KNOWN)}", "-o", "GlobalKnownHostsFile=/dev/null", "-o", "HostKeyAlias=move"]
    pinned += ["-o", "StrictHostKeyChecking=yes", "-o", "CheckHostIP=no", "-o", "UpdateHostKeys=no"]
    own = ["-i", move.of(PRIVATE), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "PreferredAuthentications=publickey"]
    return ["ssh", "-N", "-T", "-F", "none", *own, *pinned, *ALIVE, "-o", "ExitOnForwardFailure=yes", *forwards, f"{ACCOUNT}@{told['address']}"]


def hold_open(slug):
    """In the place of this program; its service begins it anew when it ends."""
    command = words(move_of(slug))
    os.execvpe(command[0], command, environment())
