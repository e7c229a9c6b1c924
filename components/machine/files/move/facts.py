"""What is told of a project's databases before they move."""

import apart
from databases import containers, databases
from ground import Failed, run
from server import ROLE, SYNCHRONOUS, servers

# Since 13 what a standby still needs can be capped, so that one that stays away fills no disk.
OLDEST = 130000
# As of 15 a database knows with which rules it was sorted.
SORTED = """(SELECT json_build_object('provider', string_agg(DISTINCT datlocprovider::text, ','),
    'version', string_agg(DISTINCT coalesce(datcollversion, pg_catalog.pg_database_collation_actual_version(oid)), ','))
  FROM pg_catalog.pg_database WHERE datallowconn)"""
SORTED_BEFORE = """(SELECT json_build_object('provider', 'c', 'version', string_agg(DISTINCT pg_catalog.pg_collation_actual_version(c.oid), ','))
  FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_database d ON c.collcollate = d.datcollate AND c.collprovider = 'c')"""
FACTS = """SELECT pg_catalog.json_build_object(
  'version', current_setting('server_version'), 'number', current_setting('server_version_num')::int,
  'major', current_setting('server_version_num')::int / 10000, 'collation', {collation},
  'checksums', current_setting('data_checksums') = 'on', 'recovering', pg_catalog.pg_is_in_recovery(),
  'system', (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
  'hba', current_setting('hba_file'), 'walLevel', current_setting('wal_level'), 'readable', current_setting('hot_standby') = 'on', 'cap', current_setting('max_slot_wal_keep_size', true),
  'alters', coalesce(current_setting('allow_alter_system', true), 'on') = 'on', 'waits', current_setting('synchronous_standby_names'),
  'senders', current_setting('max_wal_senders')::int, 'most', current_setting('max_replication_slots')::int,
  'slots', (SELECT coalesce(json_agg(slot_name ORDER BY slot_name), '[]') FROM pg_catalog.pg_replication_slots WHERE slot_name <> '{role}' AND NOT temporary),
  'tablespaces', (SELECT count(*) FROM pg_catalog.pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')),
  'bytes', (SELECT coalesce(sum(pg_catalog.pg_database_size(oid)), 0) FROM pg_catalog.pg_database),
  'names', (SELECT json_agg(datname ORDER BY datname) FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate),
  'logins', (SELECT coalesce(json_agg(DISTINCT usename), '[]') FROM pg_catalog.pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid() AND usename <> '{role}'))"""
# What cannot be told of every kind, or of one that does not run. `unfenced`: the fence is the server's end, so no login
# is left out, whatever it may do.
NOTHING = {name: None for name in ("version", "major", "collation", "checksums", "bytes", "sequences", "largeObjects", "recovering", "system")}
NOTHING |= {"names": [], "logins": [], "unfenced": [], "slots": []}
# Of an unlogged table a server that follows gets the name alone.
COUNTS = """SELECT pg_catalog.json_build_array((SELECT count(*) FROM pg_catalog.pg_class WHERE relkind = 'S' AND relpersistence <> 't'),
  (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata),
  (SELECT coalesce(pg_catalog.json_agg(pg_catalog.format('%I.%I', nspname, relname) ORDER BY nspname, relname), '[]')
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace
    WHERE relkind = 'r' AND relpersistence = 'u' AND pg_catalog.pg_relation_size(c.oid) > 0))"""
UNLOGGED = "its unlogged tables hold rows that no server which follows gets ({}); have them logged (ALTER TABLE … SET LOGGED)"


def facts(server):
    """What a server that runs tells of itself."""
    since = int(server.ask("SHOW server_version_num"))
    return server.tell(FACTS.format(collation=SORTED if since >= 150000 else SORTED_BEFORE, role=ROLE))


def unmovable(said):
    """Why a server cannot move as it is, a line each: it moves by dump and restore then."""
    if said["number"] < OLDEST:
        yield f"PostgreSQL {said['version']} is older than 13"
    if said["tablespaces"]:
        yield f"it has {said['tablespaces']} tablespaces of its own"
    if said["walLevel"] == "minimal":
        yield "wal_level is minimal"
    if not said["readable"]:
        yield "hot_standby is off, so one that follows could not be asked how far it is"
    if not said["alters"]:
        yield "allow_alter_system is off, and whom it follows is set by that"
    if said["waits"] not in ("", SYNCHRONOUS):
        yield f"its commits wait for servers that would not follow the new one (synchronous_standby_names is {said['waits']})"
    if said["senders"] < 3 or said["most"] <= len(said["slots"]):
        yield f"max_wal_senders {said['senders']} or max_replication_slots {said['most']} has no room for one that follows"


def survey(move):
    """The databases of a project, as the plan judges them."""
    postgres = servers(move)
    found = []
    for kind, container in databases(containers(move.compose())):
        told = {**NOTHING, "service": container.service, "kind": kind, "image": container.image, "imageId": container.image_id, "status": container.status}
        server = postgres.get(container.service)
        if server is None:
            told |= {"unmovable": ["moves by dump and restore"], "bytes": size(container)}
        elif container.status != "running":
            told["unmovable"] = [f"the database is {container.status}; start it"]
        else:
            said = facts(server)
            sums = {name: counts(server, name) for name in said["names"]}
            told |= {name: said[name] for name in ("version", "major", "collation", "checksums", "bytes", "names", "logins", "slots", "recovering", "system")}
            told |= {"sequences": sum(each[0] for each in sums.values()), "largeObjects": sum(each[1] for each in sums.values())}
            told["unmovable"] = [*unmovable(said), *without_log(sums)]
        found.append(told)
    return found


def without_log(sums):
    """Why what its databases hold is not all in its log, where it is not. `sums`: what counts() says, by database."""
    found = [f"{name}: {table}" for name, (_, _, tables) in sums.items() for table in tables]
    if found:
        yield UNLOGGED.format(", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else ""))


def size(container):
    """Bytes of what a server keeps, as far as it can be told from outside."""
    try:
        done = run(["du", "-sb", apart.Store(container).data], seconds=600)
    except Failed:
        return None
    return int(done.out.split()[0]) if done.code == 0 else None


def counts(server, database):
    try:
        return server.tell(COUNTS, database)
    except Failed:
        # It went meanwhile.
        return (0, 0, [])


def others(move):
    """Services whose databases do not move by following: {service: kind}."""
    return {each.service: kind for kind, each in databases(containers(move.compose())) if kind != "postgres"}
