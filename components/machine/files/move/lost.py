"""The machine that serves is lost while this one follows it: this one serves with what it has received. And the lost one,
once it is back, serves no more."""

import contextlib
import socket

import cluster
import fence
import frozen
import guard
import marker
import promote
import units
import version
import way
import writers
from following import FILE, FOLLOWING
from ground import Refused, say
from server import SYNCHRONOUS, servers

# Where a machine that lives is heard: people and visitors come in there.
PORTS = (22, 80, 443)
PATIENCE = 3
HAS = f"""SELECT pg_catalog.json_build_object(
  'streaming', coalesce((SELECT status = 'streaming' FROM pg_catalog.pg_stat_wal_receiver), false),
  'received', coalesce(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn()),
  'committed', to_char(pg_catalog.pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  'synchronous', position('application_name={SYNCHRONOUS} ' IN current_setting('primary_conninfo') || ' ') > 0)"""


def takeover(move, said, look):
    """This machine serves without the one that it follows, whose address is told. `look`: answers what it has, and
    changes nothing. Refuses while the other one is heard of."""
    kept = move.kept(promote.FILE) or {}
    has = kept.get("without")
    if has is None:
        found, has = judged(move, said)
        if look:
            return {"databases": has, "taken": False}
        # From here on what the other machine holds counts no more, whatever becomes of this command.
        move.keep(promote.FILE, {"what": promote.PROMOTED, "without": has})
    elif look:
        return {"databases": has, "taken": True}
    else:
        found = servers(move)
    timelines = {}
    with contextlib.ExitStack() as sessions:
        for service in has:
            sessions.enter_context(found[service].talking())
        timelines.update(zip(has, promote.each(found, has, promote.raised)))
    move.enter("target", "promoted")
    marker.clear(move)
    move.drop(frozen.FILE, version.FILE)
    promote.start(move)
    say(f"{move.slug} serves here, without the machine that it followed")
    return {"databases": {service: {**was, "timeline": timelines[service]} for service, was in has.items()}, "taken": True}


def judged(move, said):
    """The servers here, and what each has. Refuses what does not follow, and follows a machine that lives."""
    phase = move.phase()
    if way.by_dump(move):
        raise Refused(f"{move.slug}: was moved by a dump, and nothing follows; what counts is the newest archive: berth recover {move.slug}")
    if (phase["role"], phase["phase"]) != ("source", "moved"):
        raise Refused(
            f"{move.slug}: follows no machine here (it is {phase['phase']} since {phase['since']}); what counts is the newest archive: berth recover {move.slug}"
        )
    found = servers(move)
    has = {}
    for service, mine in (move.kept(FILE) or {}).items():
        if mine.get("phase") != FOLLOWING or service not in found:
            raise Refused(f"{service}: did not come to follow")
        server = found[service]
        if not server.runs():
            raise Refused(f"{service}: the database does not run here; start it: docker start {server.container.name}")
        if not server.recovering():
            raise Refused(f"{service}: somebody promoted it by hand")
        has[service] = server.tell(HAS)
        if has[service].pop("streaming"):
            raise Refused(f"{service}: receives from the other machine at this moment; back is the same move in the other direction")
    if not has:
        raise Refused(f"{move.slug}: no database follows here")
    port = heard(said.get("address"))
    if port:
        raise Refused(f"{said['address']}: answers this machine at port {port}; back is the same move in the other direction")
    return found, has


def heard(address):
    """The first port of it that answers; None where none does."""
    if not isinstance(address, str) or not address:
        raise Refused("address: that of the other machine comes on standard input")
    for port in PORTS:
        with contextlib.suppress(OSError):
            with socket.create_connection((address, port), timeout=PATIENCE):
                return port
    return None


def fence_off(move, said):
    """The machine that was lost is back, and another one serves: nothing here writes any more, whoever starts it. What
    it holds stays."""
    role, phase = (move.phase()[each] for each in ("role", "phase"))
    if phase not in ("promoted", "moved"):
        raise Refused(f"{move.slug}: is {phase} here, so it is not what was lost while it served")
    marker.mark(move, "moved", f"it was lost while it served, and {said.get('address')} serves since; see: berth migrate {move.slug} --status")
    units.gone(move, "guard")
    move.drop(guard.FILE)
    writers.stop(move)
    found = servers(move)
    fence.stay_down(found)
    for server in found.values():
        # What it has written stays, whatever ends it: nobody waits for anybody here.
        if server.runs() and not server.stop(30) and not server.stop(5, "SIGQUIT"):
            server.stop(5, "SIGKILL")
    move.drop(promote.FILE)
    if role == "target":
        move.enter("source", "moved")
    return {"fenced": True, "databases": {service: {"state": cluster.Control(server.data).state} for service, server in found.items()}}
