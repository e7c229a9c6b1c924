"""Where a project's databases keep what is their own: their data, and the sockets that they are asked by. No pass over
files takes it, whoever else mounts it: a server that runs or follows there has it open."""

import contextlib
import os

import cluster
from databases import databases
from files import DATA
from ground import Refused
from server import servers

# The same directory in every image.
RUN = ("/var/run/", "/run/")


def places(move, there):
    """Directories of this machine."""
    found = {each["Source"].rstrip("/") for _, container in databases(there) for each in container.mounts if DATA.match(each["Destination"])}
    for server in servers(move).values():
        for path in [server.known["data"], *spelled(server.known.get("sockets", []))]:
            # What is in no volume is in no tree either.
            with contextlib.suppress(Refused):
                found.add(cluster.outside(server.container, path).rstrip("/"))
    return found


def spelled(sockets):
    long, short = RUN
    return {*sockets, *(long + each[len(short) :] for each in sockets if each.startswith(short)), *(short + each[len(long) :] for each in sockets if each.startswith(long))}


def without(found, owned):
    """Trees, by name, but for those of databases. Refuses one that holds a database's own files beside others: no pass
    takes the ones without the others."""
    left = {}
    for name, place in found.items():
        inside = [each for each in owned if is_within(each, place) and each != place]
        others = besides(place, inside) if inside else []
        if others:
            raise Refused(f"files {name}: {place} holds what is a database's own ({', '.join(sorted(inside))}) beside {', '.join(others[:5])}; mount each apart")
        if not inside and not any(is_within(place, each) for each in owned):
            left[name] = place
    return left


def besides(place, inside):
    """What else there is on the ways that lead from a place to directories within it, but for what moves put beside those."""
    ways = {place}
    for each in inside:
        while each != place:
            ways.add(each)
            each = os.path.dirname(each)
    listed = (os.path.join(way, name) for way in ways - set(inside) for name in os.listdir(way))
    mine = ("lost+found", *(f"{os.path.basename(each)}.berth-" for each in inside))
    return sorted(os.path.relpath(each, place) for each in listed if each not in ways and not os.path.basename(each).startswith(mine))


def is_within(place, folder):
    return place == folder or place.startswith(f"{folder}/")
