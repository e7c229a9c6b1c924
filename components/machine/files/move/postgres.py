"""What a project's PostgreSQL servers let the other machine do, for as long as the move lasts."""

import os
import secrets

import door
import facts
import guard
import relay
from ground import Refused
from server import PASSWORDS, ROLE, servers
from verifier import verifier

# Passwords of the role, by service, and which settings were changed.
OFFERED = "offered.json"
# What following.py keeps of who follows here.
FOLLOWING = "following.json"
SLOT = """SELECT pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots
  WHERE slot_name = '{role}' AND NOT active AND wal_status = 'lost';
SELECT pg_catalog.pg_create_physical_replication_slot('{role}', true)
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots WHERE slot_name = '{role}');"""
# A fifth of what is free, and never less than this many MB.
SHARE, LEAST = 5, 256

survey = facts.survey


def offer(move, said):
    """Lets the other machine follow each server. Refuses all of it where one cannot be followed. A copy that follows yet
    offers what it will be: the way back is laid before anybody waits."""
    del said
    found = servers(move)
    ahead = move.phase()["phase"] == "following"
    told, problems = {}, [f"{service}: is {kind} and moves by dump and restore" for service, kind in facts.others(move).items()]
    for service, server in found.items():
        if server.container.status != "running":
            problems.append(f"{service}: the database is {server.container.status}; start it")
            continue
        told[service] = facts.facts(server)
        if told[service]["recovering"] and not ahead:
            problems.append(f"{service}: is read-only: it follows another machine, or a move left it so")
        problems += [f"{service}: {why}: moves by dump and restore" for why in facts.unmovable(told[service])]
    if problems:
        raise Refused("\n".join(problems))
    kept = move.kept(OFFERED, {})
    offered = {}
    for service, server in found.items():
        mine = kept.setdefault(service, {"password": secrets.token_hex(24), "capped": told[service]["cap"] == "-1" or copied(move, service)})
        if ahead:
            mine["password"] = its_own(server)
        move.keep(OFFERED, kept)
        admit(server, told[service], mine)
        offered[service] = {
            "host": "127.0.0.1",
            "port": relay.ensure(move, service, server.known["port"]),
            "user": ROLE,
            "password": mine["password"],
            "slot": ROLE,
            **{name: told[service][name] for name in ("system", "version", "collation", "bytes")},
            "capped": mine["capped"],
            "imageId": server.container.image_id,
            "image": server.container.image,
        }
    if ahead:
        guard.prepare(move)
    elif move.phase()["phase"] == "promoted":
        guard.begin(move)
    return offered


def its_own(server):
    """The password that a copy follows by: its role came with the copy, and so did this."""
    with open(os.open(os.path.join(server.data, PASSWORDS), os.O_RDONLY | os.O_NOFOLLOW), encoding="utf-8") as file:
        return file.readline().strip().rpartition(":")[2]


def admit(server, told, mine):
    """The role, the slot that keeps what the other machine has not got yet, the cap that keeps that from filling the
    disk, and the way in."""
    if not told["recovering"]:
        server.ask(f"{'ALTER' if has_role(server) else 'CREATE'} ROLE {ROLE} LOGIN REPLICATION CONNECTION LIMIT 6 PASSWORD '{verifier(mine['password'])}'")
    if mine["capped"]:
        disk = os.statvfs(server.data)
        cap = max(LEAST, disk.f_bavail * disk.f_frsize // (1 << 20) // SHARE)
        server.ask(f"ALTER SYSTEM SET max_slot_wal_keep_size = '{cap}MB'")
        server.ask("SELECT pg_catalog.pg_reload_conf()")
    server.ask(SLOT.format(role=ROLE))
    door.open_to(server, told["hba"])


def end(move):
    """Nothing of the move is left in the servers that run here. One that is down keeps it until it runs."""
    kept = move.kept(OFFERED, {})
    guard.end(move)
    for service, server in servers(move).items():
        if server.container.status != "running":
            continue
        if server.recovering():
            if move.phase()["role"] == "target":
                # A copy that never served: it goes whole.
                continue
            raise Refused(f"{service}: follows the other machine; down comes first: berth-move down {move.slug}")
        capped = kept.get(service, {}).get("capped", False) or copied(move, service)
        for name in ["primary_conninfo", "primary_slot_name", *(["max_slot_wal_keep_size"] if capped else [])]:
            server.ask(f"ALTER SYSTEM RESET {name}")
        server.ask("SELECT pg_catalog.pg_reload_conf()")
        door.close(server, server.ask("SHOW hba_file"))
        leave(server)
        path = os.path.join(server.data, PASSWORDS)
        if os.path.lexists(path):
            os.remove(path)
    move.drop(OFFERED)


def copied(move, service):
    """Did the cap come with the copy of the other machine's server?"""
    return move.kept(FOLLOWING, {}).get(service, {}).get("capped", False)


def leave(server):
    """Ends who follows, and takes slot and role away."""
    if has_role(server):
        server.ask(f"ALTER ROLE {ROLE} NOLOGIN")
    server.ask(f"SELECT pg_catalog.pg_terminate_backend(active_pid, 5000) FROM pg_catalog.pg_replication_slots WHERE slot_name = '{ROLE}' AND active")
    server.ask(f"SELECT pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots WHERE slot_name = '{ROLE}'")
    server.ask(f"DROP ROLE IF EXISTS {ROLE}")


def has_role(server):
    return server.ask(f"SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = '{ROLE}'") != "0"
