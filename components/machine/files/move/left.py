"""What stays of a move that has ended, on the machine that the project went away from: its data, which whoever starts it
reads alone, until the project comes back and it goes aside for what comes."""

import os
import time

import cluster
import removal
from databases import containers
from ground import Refused, now, read_json, run, say, written

# {move, to, at, databases: {service: {data, bytes, …what the server wrote down last, place}}, aside: [{place, at, to}]};
# `over`: the project came back.
FILE = "left.json"
ROLLING = ("in archive recovery", "shutting down", "starting up")


def note(move, databases, aside=()):
    """The move ends. `databases`: where read-only data stays in its place, by service; `aside`: where other data of it is.
    It must be down."""
    if not databases and not aside:
        return
    journal = move.kept("journal.json") or {}
    at = written(now())
    told = {"move": journal.get("move"), "to": journal.get("to"), "at": at}
    kept = {service: {**wrote(data), "data": data, "bytes": size(data)} for service, data in databases.items()}
    gone = [*asides(move), *({"place": place, "at": at, "to": told["to"]} for place in aside)]
    move.keep(FILE, {**told, "databases": kept, "aside": gone})


def wrote(data):
    """What a server that is down has written down of itself."""
    control = cluster.Control(data)
    return {"system": control.system, "state": control.state, "position": control.position, "timeline": control.timeline}


def size(data):
    """Bytes; None where that cannot be told."""
    done = run(["du", "-sb", data], seconds=600)
    return int(done.out.split()[0]) if done.code == 0 else None


def over(move):
    """The project came back and serves here: what this machine backs up is its own again."""
    said = move.kept(FILE)
    if said:
        move.keep(FILE, {**said, "databases": {}, "over": True})


def asides(move):
    """What went aside and is there yet: [{place, at, to}]."""
    return [each for each in (move.kept(FILE) or {}).get("aside", []) if os.path.isdir(each["place"])]


def told(move):
    """For the plan: {at, to, bytes, services, problem, aside}; None where no move has left anything here."""
    said = move.kept(FILE)
    if not said or said.get("over"):
        return None
    databases = said["databases"]
    return {
        **{name: said[name] for name in ("at", "to")},
        "services": sorted(databases),
        "bytes": sum(was["bytes"] or 0 for was in databases.values()),
        "problem": "\n".join(wrong(move, said)) or None,
        "aside": [each["place"] for each in asides(move)],
    }


def wrong(move, said):
    """Why what is here is not what that move has left, a line each."""
    for service, was in said["databases"].items():
        data = was["data"]
        if os.path.isdir(was.get("place", "")):
            # It was going aside when that was cut off.
            continue
        why = changed(data, was, runs(move, service))
        if why:
            yield f"{service}: {data} is not what the move of {said['at'][:10]} left here: {why}; look at it, keep it elsewhere, and have an empty directory of the same owner in its place to have the project copied here anew"


def changed(data, was, running):
    """How it differs from what was written down; None where nobody wrote to it since."""
    if not os.path.isdir(data):
        return "it is gone"
    if not os.listdir(data):
        # Somebody looked at it, and cleared the place.
        return None
    if not cluster.is_fenced(data):
        return f"{cluster.STANDBY} is gone, so whoever started it could write"
    there = wrote(data)
    for name in ("system", "timeline"):
        if there[name] != was[name]:
            return f"its {name} is {there[name]} and was {was[name]}"
    if running and there["state"] in ROLLING:
        return None
    for name in ("state", "position"):
        if there[name] != was[name]:
            return f"its {name} is {there[name]} and was {was[name]}"
    return None


def runs(move, service):
    delivered = move.delivered()
    return delivered is not None and any(each.service == service and each.status == "running" for each in containers(delivered["project"]))


def served_since(move):
    """Does this machine back up data of its own? What it had backed up before the project was moved away, the other
    machine goes on with."""
    status = read_json(os.path.join(move.root, "var/lib/berth/backups", move.slug, "status.json"), {})
    if not status.get("claimed"):
        return False
    said = move.kept(FILE)
    return said is None or said.get("over", False) or ((status.get("lastTaken") or {}).get("at") or "") > said["at"]


def make_room(move):
    """What a move has left here goes aside, and servers that are delivered here begin empty in its place. Nothing is
    deleted. Refuses where it is not what was left. Answers {aside: where all of it is}."""
    said = move.kept(FILE)
    if said and said["databases"] and move.phase()["role"] == "none":
        refuse(move, said)
        # Whoever delivered here since has containers on it.
        removal.remove(move.compose())
        refuse(move, said)
        for service, was in said["databases"].items():
            put_aside(move, said, service, was)
        at = {name: said[name] for name in ("at", "to")}
        said["aside"] = [*asides(move), *({"place": was["place"], **at} for was in said["databases"].values())]
        said["databases"] = {}
        move.keep(FILE, said)
    return {"aside": [each["place"] for each in asides(move)]}


def refuse(move, said):
    problems = list(wrong(move, said))
    if problems:
        raise Refused("\n".join(problems))


def put_aside(move, said, service, was):
    """Once, whatever cuts it off: where it goes is written down before."""
    if "place" not in was:
        was["place"] = place_of(was["data"])
        move.keep(FILE, said)
    if not os.path.isdir(was["place"]):
        os.rename(was["data"], was["place"])
        cluster.settle(os.path.dirname(was["data"]))
        say(f"{service}: what the move of {said['at'][:10]} left here stays, as {was['place']}")
    empty(was["data"], was["place"])


def place_of(data):
    """A name that no other move takes."""
    return f"{data}.berth-moved-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"


def empty(data, like):
    """An empty directory like the one that went aside, in its place."""
    if os.path.isdir(data):
        return
    there = os.stat(like)
    os.mkdir(data, there.st_mode & 0o7777)
    os.chown(data, there.st_uid, there.st_gid)
    cluster.settle(os.path.dirname(data))
