"""How servers end that another machine's follow: what would start one again starts it read-only. A setting or a closed
door leaves a superuser, a job of the server's own or a client that goes back on `default_transaction_read_only`."""

import time
from concurrent.futures import ThreadPoolExecutor

import cluster
import facts
from ground import Failed, Refused
from server import ROLE, servers

# Seconds that a freeze may last: visitors wait.
LONGEST = 600
# One that follows must have nearly everything before visitors wait for the rest.
NEAR = 16 << 20
FOLLOWED = f"""SELECT coalesce((SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), flush_lsn)::bigint
  FROM pg_catalog.pg_stat_replication WHERE usename = '{ROLE}' AND state = 'streaming' LIMIT 1), -1)"""


def find(move):
    """The servers by service."""
    return servers(move)


def ready(move, found):
    """What is kept of them. Refuses a freeze that could not end well, and shortens one that can: what is written before
    is not written then."""
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
        for why in facts.without_log({name: facts.counts(server, name) for name in facts.facts(server)["names"]}):
            raise Refused(f"{service}: {why}")
        server.ask("CHECKPOINT", seconds=600)
        server.ask("CHECKPOINT", seconds=600)
        behind = int(server.ask(FOLLOWED))
        if not 0 <= behind <= NEAR:
            raise Refused(f"{service}: the other machine is {behind >> 20} MB behind, {NEAR >> 20} may be; wait until it has caught up")
    return {"databases": {service: {"policy": server.policy(), "data": server.data} for service, server in found.items()}}


def stay_down(found):
    """What starts a server from here on, also a restart of the machine, gets a read-only one."""
    for server in found.values():
        server.restart("no")
        cluster.fence(server.data)


def shut(found, said):
    """The servers end, and where they ended is kept."""

    def one(server):
        if not server.stop(said["until"] - time.time()):
            raise Failed(f"{server.service}: the database did not end in time: is the other machine away?")

    with ThreadPoolExecutor(max(1, len(found))) as pool:
        list(pool.map(one, found.values()))
    for service, server in found.items():
        control = cluster.ended(server.data)
        said["databases"][service] |= {"position": control.position, "timeline": control.timeline, "system": control.system}


def sealable(move, said):
    """Raises Failed where somebody started one since."""
    for service, server in servers(move).items():
        was = said["databases"][service]
        control = cluster.ended(server.data)
        if server.runs() or not cluster.is_fenced(server.data) or server.policy() != "no":
            raise Failed(f"{service}: somebody started the database since it was frozen; undo it: berth-move thaw {move.slug}")
        if (control.position, control.timeline) != (was["position"], was["timeline"]):
            raise Failed(f"{service}: ended at {was['position']} and stands at {control.position} now; undo it: berth-move thaw {move.slug}")


def open_again(move, said):
    """The servers as they were, wherever the freeze had come to."""
    found = servers(move)

    def one(item):
        service, was = item
        if service not in found:
            raise Failed(f"{service}: its container is gone; bring it back: berth-site resume {move.slug}, and call again")
        as_it_was(found[service], was)

    with ThreadPoolExecutor(max(1, len(said["databases"]))) as pool:
        list(pool.map(one, said["databases"].items()))


def as_it_was(server, was):
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


def positions(said):
    """Where each ended, by service."""
    return {service: {"position": was.get("position"), "timeline": was.get("timeline")} for service, was in said["databases"].items()}
