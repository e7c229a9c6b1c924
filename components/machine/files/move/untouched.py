"""May what is here be put aside? Only where this machine never served the project's data."""

import os

import cluster
import left

# The first delivery writes it where archives of the project exist and its data is not here; see files/site/blank.py.
BLANK = "blank"
CLEAR = "where nothing here counts, keep it elsewhere, and have an empty directory of the same owner in the place of {0}"


def problems(move, server, offer):
    """Why not, a line each. `offer`: what the other machine's server told of itself."""
    claimed = left.served_since(move)
    # It stays on a machine that serves where the key of backups came after the first delivery.
    if os.path.exists(os.path.join(move.site, BLANK)) and not claimed:
        return
    # Nothing, or what somebody cleared for a copy.
    if not os.path.isdir(server.data) or not os.listdir(server.data):
        return
    said = cluster.Control(server.data)
    if said.system == offer["system"]:
        yield f"{server.service}: has a copy of that server's data already, which no move of now made; {CLEAR.format(server.data)}"
    elif claimed:
        yield f"{server.service}: this machine backs up data of its own for {move.slug}, so it served here; what moves is the other way round?"
    elif made(said.system) < made(offer["system"]):
        yield f"{server.service}: its data here is older than that of the other machine; what moves is the other way round? Or {CLEAR.format(server.data)}"


def made(system):
    """When a server's data was begun: its identifier holds it, in seconds."""
    return int(system) >> 32
