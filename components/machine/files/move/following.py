"""What follows what here: whom a server follows, by which way, and how far it is."""

import time

import cluster
import ports
import tunnel
from ground import Failed
from server import PASSWORDS, ROLE, network, servers

# What follows what, by service: {phase, ...}.
FILE = "following.json"
COPYING, PLACING, PLACED, FOLLOWING = "copying", "placing", "placed", "following"
SETTINGS = ("primary_conninfo", "primary_slot_name", "wal_receiver_timeout", "wal_retrieve_retry_interval")
# So that a network that was cut is noticed within seconds at both ends.
ALIVE = "connect_timeout=3 options=-cwal_sender_timeout=4s"


def leads(move, peer, server, offer):
    """The way from the server's container to the other machine's server; answers {address, port}."""
    _, address = network(server)
    port = ports.port_of(move, f"follow {server.service}")
    tunnel.ensure(move, peer, [{"bind": address, "listen": port, "port": offer["port"]}])
    return {"address": address, "port": port}


def settings(move, server, offer, name=ROLE):
    """Whom it follows, as it keeps that itself."""
    _, address = network(server)
    port = ports.port_of(move, f"follow {server.service}")
    passwords = f"{server.known['data']}/{PASSWORDS}"
    to = f"host={address} port={port} user={offer['user']} passfile={passwords} application_name={name} sslmode=disable {ALIVE}"
    return dict(zip(SETTINGS, (to, offer["slot"], "4s", "200ms")))


def arm(move, server, data, offer, name=ROLE):
    """Makes a data directory that of a server which follows."""
    cluster.like(data, PASSWORDS, f"*:*:*:{offer['user']}:{offer['password']}\n")
    cluster.set_follows(data, settings(move, server, offer, name))
    cluster.fence(data)


def settled(server, seconds, timeline=0):
    """Waits until it follows, on no earlier timeline than that."""
    until = time.monotonic() + seconds
    while True:
        try:
            said = one(server)
            if said["streaming"] and said["timeline"] >= timeline:
                return True
        except Failed:
            pass
        if time.monotonic() > until:
            return False
        time.sleep(0.05)


def lag(move):
    return {"databases": {service: one(server) for service, server in servers(move).items()}}


LAG = """SELECT pg_catalog.json_build_object('streaming', coalesce((SELECT status = 'streaming' FROM pg_catalog.pg_stat_wal_receiver), false),
  'received', pg_catalog.pg_last_wal_receive_lsn(), 'replayed', pg_catalog.pg_last_wal_replay_lsn(),
  'behindBytes', (SELECT pg_catalog.pg_wal_lsn_diff(latest_end_lsn, pg_catalog.pg_last_wal_replay_lsn())::bigint FROM pg_catalog.pg_stat_wal_receiver),
  'timeline', (SELECT received_tli FROM pg_catalog.pg_stat_wal_receiver))"""


def one(server):
    """How far one has come. What it has not heard of is not behind."""
    return server.tell(LAG)
