"""A server that follows the one of the other machine: its data is a copy of that one's, byte for byte, and goes on being
it until it is promoted or left."""

import os
import time

import cluster
import copying
import facts
import left
import marker
import stillness
import tunnel
import units
import untouched
import way
import writers
from following import COPYING, FILE, FOLLOWING, PLACED, PLACING, arm, leads, one, settings, settled
from ground import Failed, Refused, say
from server import ROLE, SYNCHRONOUS, servers

WHY = "it is moving here and does not serve yet; what ends that: berth migrate {0}, or with --abort; see: berth-move status {0}"


def follow(move, said):
    """Copies the other machine's servers over those that the first delivery made here, and has them follow."""
    offered = said.get("database")
    if not isinstance(offered, dict):
        raise Refused("database: what `berth-move offer` answered on the other machine comes on standard input")
    tunnel.judge(said)
    found = judged(move, offered)
    if move.phase()["phase"] == "promoted":
        raise Refused(f"{move.slug}: serves here already; another move begins after: berth-move end {move.slug}")
    marker.mark(move, "target", WHY.format(move.slug))
    for service, offer in offered.items():
        begin(move, said, found[service], offer)
    # A copy that was renounced and follows again may be promoted again: the other machine serves, or it would not stream.
    move.drop("promised.json")
    move.enter("target", "following")
    return {"databases": {service: one(found[service]) for service in offered}}


def judged(move, offered):
    """The servers here that shall follow. Refuses before anything is touched."""
    found = servers(move)
    problems = [f"{service}: is {kind} and moves by dump and restore" for service, kind in facts.others(move).items()]
    kept = move.kept(FILE, {})
    for service, offer in offered.items():
        server = found.get(service)
        if server is None:
            problems.append(f"{service}: no PostgreSQL of this name was delivered here; deliver the commit that serves there")
        elif server.container.image_id != offer["imageId"]:
            problems.append(
                f"{service}: image {server.container.image} is {server.container.image_id} here and {offer['imageId']} there; a copy is safe "
                "with the same image alone: pull or load that one here and deliver again"
            )
        elif os.path.ismount(server.data):
            problems.append(f"{service}: {server.data} is where a disk is mounted, so no copy can take its place; have a directory of that disk as the volume")
        elif service not in kept:
            problems += untouched.problems(move, server, offer)
    problems += [f"{service}: is here and was not offered there; deliver the commit that serves there" for service in found if service not in offered]
    if problems:
        raise Refused("\n".join(problems))
    return found


def begin(move, peer, server, offer):
    """One server, from where an earlier call came to."""
    kept = move.kept(FILE, {})
    mine = kept.setdefault(
        server.service, {"phase": None, "system": offer["system"], "capped": offer.get("capped", False), "data": server.data, "container": server.container.id}
    )
    if mine["phase"] == FOLLOWING and server.runs() and settled(server, 10):
        return
    leads(move, peer, server, offer)
    if mine["phase"] in (None, COPYING):
        mine["phase"] = COPYING
        move.keep(FILE, kept)
        began = time.monotonic()
        say(f"{server.service}: base copy of {offer['bytes'] >> 20} MB")
        copying.copy(move, server, offer)
        mine["phase"] = PLACING
        move.keep(FILE, kept)
        # Last: whoever asked may be gone, and what was copied is not copied anew for that.
        say(f"{server.service}: copied in {time.monotonic() - began:.1f} s")
    # Nothing of the application runs here before it serves here: its workers would act on a copy.
    writers.stop(move)
    if mine["phase"] == PLACING:
        copying.place(move, server)
        mine["phase"] = PLACED
        move.keep(FILE, kept)
    if not server.runs():
        server.start()
    if not settled(server, 30):
        if copying.lost(server):
            # The other machine kept what was missing for as long as its cap let it.
            mine["phase"] = COPYING
            move.keep(FILE, kept)
            raise Failed(f"{server.service}: was away for too long to catch up; call again: it is copied anew")
        raise Failed(f"{server.service}: does not follow yet; call again, and see: docker logs {server.container.name}")
    mine["phase"] = FOLLOWING
    move.keep(FILE, kept)


def lay_back(move, said):
    """The way to the other machine that its databases will be followed by, laid while it follows this one."""
    found = judged_back(move, said)
    for service, offer in said["database"].items():
        leads(move, said, found[service], offer)
    return {"laid": True}


def attach(move, said, synchronous):
    """Once sealed: the servers come up as followers while the other machine is being promoted, whose log they have to
    its last byte. Nobody is told yet that the project moved."""
    if (move.kept("fence.json") or {}).get("phase") != "sealed":
        raise Refused(f"{move.slug}: is not sealed; first: berth-move seal {move.slug}")
    found = judged_back(move, said)
    for service, offer in said["database"].items():
        follow_from(move, said, found[service], offer, synchronous)
    return {"attached": True}


def follow_back(move, said, synchronous):
    """The servers that served here follow those of the other machine, without a new copy: they ended cleanly, and what
    comes goes on from there on a timeline of its own. This is the way back. `synchronous`: they ask to be waited for, which
    the other machine does for as long as they keep up (guard.py)."""
    if way.by_dump(move):
        return stillness.leave(move, said)
    found = judged_back(move, said)
    stood = marker.marker(move)
    if not stood or stood["role"] not in ("sealed", "moved"):
        raise Refused(f"{move.slug}: serves here; what follows is what was sealed: berth-move seal {move.slug}")
    marker.mark(move, "moved", f"it was moved to {said['address']}; back is the same move in the other direction: berth migrate {move.slug}")
    move.enter("source", "moved")
    for service, offer in said["database"].items():
        follow_from(move, said, found[service], offer, synchronous)
        # It is read-only from here on, so it may come up with the machine again.
        found[service].restart(move.kept("fence.json", {}).get("databases", {}).get(service, {}).get("policy", "no"))
    timelines = said.get("timelines") or {}
    for service, offer in said["database"].items():
        timeline = timelines.get(service) or 0
        if settled(found[service], 10, timeline):
            continue
        follow_from(move, said, found[service], offer, synchronous, anew=True)
        if not settled(found[service], 30, timeline):
            raise Failed(f"{service}: does not follow yet; call again, and see: docker logs {found[service].container.name}")
    return {"databases": {service: one(found[service]) for service in said["database"]}}


def judged_back(move, said):
    """The servers here, as far as they can follow those of the other machine."""
    offered = said.get("database")
    if not isinstance(offered, dict):
        raise Refused("database: what `berth-move offer` answered on the other machine comes on standard input")
    tunnel.judge(said)
    found = servers(move)
    for service, offer in offered.items():
        if service not in found:
            raise Refused(f"{service}: is no PostgreSQL of this machine")
        system = cluster.Control(found[service].data).system
        if system != offer["system"]:
            raise Refused(f"{service}: is another server there ({offer['system']}) than here ({system}); it cannot follow that one")
    return found


def follow_from(move, peer, server, offer, synchronous, anew=False):
    """One that was sealed is started as a follower; `anew`: also where it runs as one."""
    name = SYNCHRONOUS if synchronous else ROLE
    runs = server.runs()
    if runs and not anew and cluster.follows(server.data, settings(move, server, offer, name)):
        return
    leads(move, peer, server, offer)
    arm(move, server, server.data, offer, name)
    kept = move.kept(FILE, {})
    kept[server.service] = {"phase": FOLLOWING, "system": offer["system"], "capped": offer.get("capped", False), "data": server.data}
    move.keep(FILE, kept)
    if runs:
        server.restart("no")
        server.stop(30)
    server.begin()


def stay(move):
    """What served here stays read-only, and it is written down as what."""
    # One that never came to follow stands as it was sealed.
    known = {**(move.kept("fence.json") or {}).get("databases", {}), **move.kept(FILE, {})}
    fenced = {service: mine["data"] for service, mine in known.items() if "data" in mine and cluster.is_fenced(mine["data"])}
    for service, data in fenced.items():
        say(f"{service}: its data stays here and is read-only; what makes it so is {data}/{cluster.STANDBY}")
    left.note(move, fenced)


def end(move):
    """A copy that serves by now stays, and what was put aside for it goes. One that never served goes, and what was put
    aside for it is back: it would come up read-only for ever."""
    role, phase = (move.phase()[each] for each in ("role", "phase"))
    if role == "target":
        for mine in move.kept(FILE, {}).values():
            if "data" in mine:
                copying.end(mine, phase == "promoted")
    else:
        stay(move)
    units.gone(move, "watch")
    move.drop(FILE, "promised.json", "fence.json", "servers.json")
