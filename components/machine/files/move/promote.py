"""The copy becomes what serves, or never does: each is noted before it is done, and the first one said counts."""

import contextlib
import importlib
import os
import time
from concurrent.futures import ThreadPoolExecutor

import cluster
import following
import frozen
import guard
import marker
import postgres
import untouched
import version
import way
import writers
from ground import Failed, Refused, run, say
from server import servers

FILE = "promised.json"
RENOUNCED, PROMOTED = "renounced", "promoted"
# Seconds in which what was sent before the other machine ended is replayed.
REPLAY = 30
# A clean end is one last record: what was replayed is past its beginning, and by no more than it is long.
RECORD = 512
# One session, since visitors wait; settings of whom it followed go with it. Answers whether, and on which timeline.
SERVES = f"""SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_promote(true, 60) ELSE true END;
{''.join(f'ALTER SYSTEM RESET {name};' for name in following.SETTINGS)}
DO 'BEGIN PERFORM pg_catalog.pg_reload_conf(); END';
SELECT substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8)"""
SITE, BACKUP = "/usr/local/sbin/berth-site", "/usr/local/sbin/berth-backup"


def renounce(move):
    """This copy is never promoted, so the other machine may go on. Nothing that is not here can be."""
    if move.kept(FILE, {}).get("what") == PROMOTED:
        raise Refused(f"{move.slug}: was promoted here and serves; the way back is the same move in the other direction: berth migrate {move.slug}")
    move.keep(FILE, {"what": RENOUNCED})
    # A delivery that was tried here and is not served goes with its move, however early that is given up.
    if move.phase()["role"] == "target" or (move.phase()["role"] == "none" and move.is_beside()):
        move.enter("target", "renounced")
    return {"renounced": True}


def promote(move, said):
    """Waits until everything is here, promotes, and starts the application."""
    asked = said.get("databases")
    if not isinstance(asked, dict):
        raise Refused("databases: what `berth-move seal` answered on the other machine comes on standard input")
    promised = move.kept(FILE, {}).get("what")
    if promised == RENOUNCED:
        raise Refused(f"{move.slug}: this copy was renounced: the other machine serves; begin anew after: berth-move end {move.slug}")
    for service in asked:
        if not asked[service].get("sealed"):
            raise Refused(f"{service}: the other machine is not sealed, so it may serve again by itself; first, there: berth-move seal {move.slug}")
    if way.by_dump(move):
        return exchange(move, asked, promised)
    found = servers(move)
    followers = move.kept(following.FILE, {})
    for service in asked:
        if service not in found or followers.get(service, {}).get("phase") != following.FOLLOWING:
            raise Refused(f"{service}: follows nothing here; first: berth-move follow {move.slug}")
    missing = sorted(set(followers) - set(asked))
    if missing:
        raise Refused(f"{', '.join(missing)}: follows the other machine, and where that one ended is not said")
    seconds, timelines = {}, {}
    with contextlib.ExitStack() as sessions:
        for server in found.values():
            sessions.enter_context(server.talking())
        if promised != PROMOTED:
            seconds["replay"] = timed(lambda: replayed(found, asked))
            # From here on the other machine's data is the old one, whatever becomes of this command.
            move.keep(FILE, {"what": PROMOTED})
        seconds["promote"] = timed(lambda: timelines.update(zip(asked, each(found, asked, raised))))
    move.enter("target", "promoted")
    marker.clear(move)
    move.drop(frozen.FILE, version.FILE)
    seconds["start"] = timed(lambda: begin(move))
    return {"databases": {service: {"timeline": timeline} for service, timeline in timelines.items()}, "healthy": True, "seconds": seconds}


def exchange(move, asked, promised):
    """What was dumped there and loaded here takes its place, and serves."""
    taking = importlib.import_module("taking")
    if promised != PROMOTED:
        taking.promotable(move, asked)
        move.keep(FILE, {"what": PROMOTED})
    seconds = {"promote": timed(lambda: taking.swap(move))}
    move.enter("target", "promoted")
    marker.clear(move)
    move.drop(frozen.FILE, version.FILE)
    seconds["start"] = timed(lambda: begin(move))
    return {"databases": {service: {"timeline": None} for service in asked}, "healthy": True, "seconds": seconds}


def timed(act):
    began = time.monotonic()
    act()
    return round(time.monotonic() - began, 2)


def each(found, asked, act):
    with ThreadPoolExecutor(max(1, len(asked))) as pool:
        return list(pool.map(lambda service: act(found[service]), asked))


def replayed(found, asked):
    """Refuses where something is missing, or is here that was written after the position was read."""
    until = time.monotonic() + REPLAY
    for service, said in asked.items():
        wanted = cluster.number(said["position"])
        server = found[service]
        if not server.runs():
            raise Refused(f"{service}: the database does not run here; start it: docker start {server.container.name}")
        while True:
            at = server.ask("SELECT pg_catalog.pg_last_wal_replay_lsn() WHERE pg_catalog.pg_is_in_recovery()")
            if not at:
                raise Refused(f"{service}: follows nothing: somebody promoted it by hand")
            beyond = cluster.number(at) - wanted
            if 0 < beyond <= RECORD:
                break
            if beyond > RECORD:
                raise Refused(f"{service}: the other machine was sealed at {said['position']}, and here is {at}: it wrote after that")
            if time.monotonic() > until:
                raise Refused(f"{service}: the other machine was sealed at {said['position']}, and here is {at} after {REPLAY} s: something is missing")
            time.sleep(0.02)


def raised(server):
    """It serves, and follows nobody any more. Answers its timeline."""
    promoted, timeline = server.ask(SERVES).split()
    if promoted != "t":
        raise Failed(f"{server.service}: was not promoted in 60 s; call again")
    return int(timeline, 16)


def begin(move):
    """The application starts, and who follows is waited for."""
    start(move)
    if move.kept(postgres.OFFERED):
        # The way back was laid before.
        guard.begin(move)


def start(move):
    """The application, as the first delivery had made it; what judges deliveries judges whether it is well."""
    if os.path.exists(os.path.join(move.site, untouched.BLANK)):
        done = run([BACKUP, "empty", move.slug, "--by", "move"], seconds=300)
        if done.code != 0:
            raise Failed(f"the site awaits its data no more, and that could not be noted: {done.last()}")
    writers.start(move)
    done = run([SITE, "resume", move.slug], seconds=900)
    for line in done.out.splitlines():
        say(line)
    if done.code != 0:
        raise Failed(f"the database serves here, and the application does not: {done.last()}; mend it (berth-site logs {move.slug}) and call again")

