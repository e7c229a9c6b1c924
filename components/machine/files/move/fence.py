"""Who may write here: nobody from `freeze` on, whoever logs in and whatever that login may do. The servers are ended,
and what would start again starts read-only: a setting or a closed door leaves a superuser, a job of the server's own or
a client that goes back on `default_transaction_read_only`."""

import importlib
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

import cluster
import facts
import marker
import watchdog
import way
import writers
from ground import Failed, Refused, say, written, now
from server import ROLE, servers

FILE = "fence.json"
# From the first act to the last: `freezing` may have stopped some of it, `held` has stopped all but databases,
# `thawing` may have started some of it.
FREEZING, HELD, FROZEN, SEALED, THAWING = "freezing", "held", "frozen", "sealed", "thawing"
LONGEST = 600
FROZEN_WHY = "it is frozen until {1} while it moves; what ends that: berth-move thaw {0}, and it ends by itself then"
SEALED_WHY = "it was sealed here while it moves; what ends that: berth migrate {0}, or with --abort"
# One that follows must have nearly everything before visitors wait for the rest.
NEAR = 16 << 20
FOLLOWED = f"""SELECT coalesce((SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), flush_lsn)::bigint
  FROM pg_catalog.pg_stat_replication WHERE usename = '{ROLE}' AND state = 'streaming' LIMIT 1), -1)"""


def hold(move, seconds):
    """The first half of a freeze: requests wait and the application is ended, so that its files are at rest while the
    databases end."""
    if way.by_dump(move):
        raise Refused(f"{move.slug}: moves by a dump, whose freeze has no halves: berth-move freeze {move.slug} --seconds N")
    return frozen(move, seconds, HELD)


def freeze(move, seconds, closed=False):
    """Nobody writes from here on, until `thaw`, the deadline, or for good after `seal`. Goes on where `hold` ended.
    `closed`: see stillness.py."""
    if way.by_dump(move):
        return still().freeze(move, seconds, closed)
    return frozen(move, seconds, FROZEN)


def frozen(move, seconds, last):
    """A freeze up to the phase `last`."""
    if not re.fullmatch(r"[1-9][0-9]{0,3}", str(seconds)) or int(seconds) > LONGEST:
        raise Refused(f"--seconds {seconds}: is no number from 1 to {LONGEST}")
    said = move.kept(FILE)
    if said and said["phase"] == SEALED:
        return told(said)
    if said and (said["phase"] == THAWING or time.time() >= said["until"]):
        thaw(move)
        said = None
    if said and said["phase"] in (FROZEN, last):
        return told(said)
    found = servers(move)
    if said is None:
        ready(move, found)
        databases = {service: {"policy": server.policy(), "data": server.data} for service, server in found.items()}
        said = {"phase": FREEZING, "until": time.time() + int(seconds), "databases": databases}
    elif said["phase"] == FREEZING:
        say("goes on with a freeze that was cut off")
    said["pid"] = os.getpid()
    move.keep(FILE, said)
    watchdog.begin(move, said["phase"] == FREEZING)
    try:
        if said["phase"] == FREEZING:
            held(move, found, said)
        if last == FROZEN:
            ended(move, found, said)
    except Refused:
        thaw(move)
        raise
    except Failed as problem:
        thaw(move)
        raise Failed(f"{problem}; the freeze was undone, and everything goes on here") from None
    return told(said)


def held(move, found, said):
    """Requests wait, and what writes ends."""
    marker.mark(move, "frozen", FROZEN_WHY.format(move.slug, moment(said["until"])))
    writers.refuse_work(move)
    # What starts anything from here on, also a restart of the machine, starts none of what writes.
    writers.pin(move)
    stay_down(found)
    # From here on somebody waits.
    said.setdefault("since", time.time())
    clock = time.monotonic()
    writers.hold(move, max(1, int(said["until"] - time.time())))
    stopping = time.monotonic()
    writers.stop(move)
    said["seconds"] = {"hold": round(stopping - clock, 2), "writers": round(time.monotonic() - stopping, 2)}
    said["phase"] = HELD
    move.keep(FILE, said)


def ended(move, found, said):
    """The databases end."""
    clock = time.monotonic()
    shut(found, said["until"])
    for service, server in found.items():
        control = cluster.ended(server.data)
        said["databases"][service] |= {"position": control.position, "timeline": control.timeline, "system": control.system}
    if time.time() >= said["until"]:
        raise Failed("took until its own deadline")
    said["seconds"] |= {"databases": round(time.monotonic() - clock, 2)}
    said["phase"] = FROZEN
    move.keep(FILE, said)
    move.enter("source", "frozen")


def ready(move, found):
    """Refuses a freeze that could not end well, and shortens one that can: what is written before is not written then."""
    for service, kind in facts.others(move).items():
        raise Refused(f"{service}: is {kind}, which is not fenced here; it moves by dump and restore")
    for service, server in found.items():
        if server.container.status != "running":
            raise Refused(f"{service}: the database is {server.container.status}; start it")
        if server.recovering():
            raise Refused(f"{service}: is read-only already: it follows another machine, or a move left it so")
        behind = int(server.ask(FOLLOWED))
        if behind < 0:
            raise Refused(f"{service}: nothing follows it; see on the other machine: berth-move lag {move.slug}")
        server.ask("CHECKPOINT", seconds=600)
        server.ask("CHECKPOINT", seconds=600)
        behind = int(server.ask(FOLLOWED))
        if not 0 <= behind <= NEAR:
            raise Refused(f"{service}: the other machine is {behind >> 20} MB behind, {NEAR >> 20} may be; wait until it has caught up")


def stay_down(found):
    """What starts a server from here on, also a restart of the machine, gets a read-only one."""
    for server in found.values():
        server.restart("no")
        cluster.fence(server.data)


def shut(found, until):
    """The servers end."""

    def one(server):
        if not server.stop(until - time.time()):
            raise Failed(f"{server.service}: the database did not end in time: is the other machine away?")

    with ThreadPoolExecutor(max(1, len(found))) as pool:
        list(pool.map(one, found.values()))


def seal(move):
    """What is frozen stays so, whatever becomes of the command and of this machine."""
    if way.by_dump(move):
        return still().seal(move)
    said = move.kept(FILE)
    if said and said["phase"] == SEALED:
        return told(said)
    if not said or said["phase"] != FROZEN or time.time() >= said["until"]:
        raise Refused(f"{move.slug}: is not frozen, or not any more; freeze it again: berth-move freeze {move.slug} --seconds N")
    for service, server in servers(move).items():
        was = said["databases"][service]
        control = cluster.ended(server.data)
        if server.runs() or not cluster.is_fenced(server.data) or server.policy() != "no":
            raise Failed(f"{service}: somebody started the database since it was frozen; undo it: berth-move thaw {move.slug}")
        if (control.position, control.timeline) != (was["position"], was["timeline"]):
            raise Failed(f"{service}: ended at {was['position']} and stands at {control.position} now; undo it: berth-move thaw {move.slug}")
    # That this machine was promoted, if it was, is over.
    move.drop("promised.json")
    said["phase"] = SEALED
    said["sealed"] = written(now())
    move.keep(FILE, said)
    marker.mark(move, "sealed", SEALED_WHY.format(move.slug))
    move.enter("source", "sealed")
    return told(said)


def thaw(move, never_promoted=False):
    """Everything goes on here as it was. After `seal` only by who knows that the other machine will not serve."""
    if way.by_dump(move):
        return still().thaw(move, never_promoted)
    said = move.kept(FILE)
    if not said:
        return {"thawed": False}
    stood = marker.marker(move)
    if stood and stood["role"] == "moved":
        raise Refused(f"{move.slug}: the other machine serves it; the way back is the same move in the other direction: berth migrate {move.slug}")
    if said["phase"] == SEALED and not never_promoted:
        raise Refused(f"{move.slug}: is sealed: the other machine may serve it; renounce there first, then: berth-move thaw {move.slug} --never-promoted")
    began = time.monotonic()
    said["phase"] = THAWING
    move.keep(FILE, said)
    found = servers(move)

    def one(item):
        service, was = item
        if service not in found:
            raise Failed(f"{service}: its container is gone; bring it back: berth-site resume {move.slug}, and call again")
        open_again(found[service], was)

    with ThreadPoolExecutor(max(1, len(said["databases"]))) as pool:
        list(pool.map(one, said["databases"].items()))
    writers.start(move)
    marker.clear(move)
    move.enter("source", "serving")
    move.drop(FILE)
    writers.release(move)
    seconds = round(time.monotonic() - began, 2)
    say(f"thawed: {move.slug} goes on here after {seconds} s")
    return {"thawed": True, "seconds": seconds}


def open_again(server, was):
    """One server as it was, wherever the freeze had come to."""
    if server.runs():
        try:
            serves = not server.recovering()
        except Failed:
            # It is ending, and waits for the other machine to have everything.
            serves = False
        if serves:
            cluster.unfence(server.data)
            server.restart(was["policy"])
            return
        # What it has written stays, whatever ends it: one that ends at once repairs itself when it starts.
        server.restart("no")
        if not server.stop(0.5) and not server.stop(1, "SIGQUIT"):
            server.stop(2, "SIGKILL")
    cluster.unfence(server.data)
    server.restart(was["policy"])
    server.start(30)


def still():
    """What stops a project whose databases are dumped."""
    return importlib.import_module("stillness")


def moment(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def told(said):
    # What the other machine is promoted with: of one that is frozen alone, it is not taken.
    sealed = {"sealed": said["sealed"]} if said["phase"] == SEALED else {}
    waited = {"waited": round(time.time() - said["since"], 2)} if "since" in said else {}
    return {
        "until": moment(said["until"]),
        "seconds": said.get("seconds", {}),
        **waited,
        "databases": {service: {"position": was.get("position"), "timeline": was.get("timeline"), **sealed} for service, was in said["databases"].items()},
    }
