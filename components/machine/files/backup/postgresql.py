"""PostgreSQL in a container: each of its databases dumped as of one moment, and counted in that same moment."""

import itertools
import json
import os
import re
import subprocess

from copied import Copied
from ground import Done, Failed, environment
from login import LOGIN, superuser

# Sequences are no part of a snapshot: two dumps of it may differ by as many digits.
SLACK = 1 << 16
DUMP = 'pg_dump --no-password --lock-wait-timeout=600000 --snapshot="$BERTH_SNAPSHOT"'
COUNT = f'{LOGIN}exec 3>&1; code=$({{ {{ {DUMP}; echo $? >&4; }} | wc -c >&3; }} 4>&1); exit "$code"'
DATABASES = "SELECT json_agg(json_build_array(datname, datallowconn) ORDER BY datname) FROM pg_catalog.pg_database WHERE NOT datistemplate"
LEFTOVERS = "SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE application_name = 'berth-backup' AND pid <> pg_backend_pid()"
# How loading.py names what it loads beside what is there.
RESTORING = re.compile(r"berth_(new|old)_\d+")
MARK = "-- berth: end of the answer --"
# Behind a dump: what pg_dump leaves out of it; see properties.sql.
PROPERTIES = "\n--\n-- What the database has itself\n--\n"


class Session:
    """One transaction in one database, whose snapshot others take part in for as long as it is open."""

    def __init__(self, server, database):
        self.server, self.database = server, database
        words = server.container.words(
            f"{LOGIN}exec psql -XqAt -v ON_ERROR_STOP=1", {"PGDATABASE": database}, server.user, interactive=True
        )
        # Ended by close().
        self.child = subprocess.Popen(  # pylint: disable=consider-using-with
            words, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/"
        )
        # Newer servers end a transaction by its age too; older ones have no such setting.
        self.ask("SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout';")
        self.snapshot = self.ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\nSELECT pg_catalog.pg_export_snapshot();")[0]
        if not re.fullmatch(r"[0-9A-F-]+", self.snapshot):
            raise Failed(f"{self}: gives no snapshot: {self.snapshot}")

    def __str__(self):
        return f"{self.server.container.service}: the database {self.database}"

    def ask(self, script):
        """The lines that psql answers. Raises Failed with its own words."""
        try:
            self.child.stdin.write(f"{script}\n\\echo '{MARK}'\n".encode())
            self.child.stdin.flush()
        except BrokenPipeError:
            pass
        lines = []
        for line in self.child.stdout:
            line = line.decode(errors="replace").rstrip("\n")
            if line == MARK:
                return lines
            lines.append(line)
        raise Failed(f"{self}: {'; '.join(lines[-3:]) or 'the session ended'}")

    def close(self):
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()


class Server:
    """A server with the snapshots of all of its databases, from `open` to `close`."""

    def __init__(self, container):
        self.container = container
        self.user = None
        self.sessions = []
        self.left_out = []

    def must(self, script, env=None):
        done = self.container.run(f"{LOGIN}{script}", env, self.user)
        if done.code != 0:
            raise Failed(f"{self.container.service}: {done.last()}")
        return done.out

    def open(self):
        """Takes the snapshots, one right after another."""
        if self.container.status != "running":
            raise Failed(f"{self.container.service}: the database is {self.container.status}; it must run to be backed up, and where it is no server of its own: backup.exclude")
        self._find_login()
        # What a run that was killed left in the server would hold its snapshot for ever.
        self.must(f"export PGDATABASE={self.home}; exec psql -XqAt -c \"{LEFTOVERS}\"")
        for name, allowed in json.loads(self.must(f"export PGDATABASE={self.home}; exec psql -XqAt -c '{DATABASES}'")):
            reason = self.leave_out(name)
            if reason:
                self.left_out.append({"what": f"{self.container.service}: database {name}", "reason": reason})
            elif allowed:
                self.sessions.append(Session(self, name))
            else:
                self.left_out.append({"what": f"{self.container.service}: database {name}", "reason": "the server lets nobody connect to it"})

    def _find_login(self):
        found, why = superuser(self.container)
        if found is None:
            raise Failed(f"{self.container.service}: the database is not read: {why}; where it is no server of its own, say so: backup.exclude")
        self.user, self.home = found

    def leave_out(self, name):
        """Why a database is nobody's data; None where it is."""
        return "is a restore's, on its way to another name" if RESTORING.fullmatch(name) else None

    home = "postgres"
    globals = "pg_dumpall --no-password --globals-only"
    # What compares rows as they pass.
    reader = Copied

    def close(self):
        for session in self.sessions:
            session.close()

    def write(self, archive):
        """Its members of the archive, in their order. Answers its part of the manifest."""
        folder = f"databases/{self.container.service}"
        text = self.must(f"exec {self.globals}", {"PGDATABASE": self.home}).encode()
        archive.announce(f"{folder}/globals.sql", {"service": self.container.service})
        size, digest = archive.member(f"{folder}/globals.sql", len(text), [text])
        psql = "exec psql -XqAt -c"
        return {
            "service": self.container.service,
            "kind": "postgres",
            "image": self.container.image,
            "imageId": self.container.image_id,
            "server": self.must(f"export PGDATABASE={self.home}; {psql} 'SHOW server_version'").strip(),
            "globals": {"path": f"{folder}/globals.sql", "bytes": size, "sha256": digest},
            "roles": self.must(f"export PGDATABASE={self.home}; {psql} \"SELECT rolname FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_' ORDER BY rolname\"").splitlines(),
            "databases": [self._database(archive, folder, session) for session in self.sessions],
        }

    def version(self):
        """Of the program that dumps."""
        return self.must("exec pg_dump --version").strip()

    def _database(self, archive, folder, session):
        facts, tables = catalog(session)
        env = {"PGDATABASE": session.database, "BERTH_SNAPSHOT": session.snapshot}
        path = f"{folder}/{file_name(session.database)}.sql"
        archive.announce(path, {**facts, "service": self.container.service, "name": session.database})
        copied = self.reader()
        properties = "\n".join([PROPERTIES, *asked(session, "properties.sql"), ""]).encode()
        stream = self.container.stream(f"{LOGIN}exec {DUMP}", env, self.user)
        try:
            counted = archive.needs and self._counted(session, env) + len(properties)
            chunks = itertools.chain(passing(stream.chunks(), copied), [properties])
            size, digest = archive.member(path, counted, chunks, fill=b"\n")
        except Failed as problem:
            raise Failed(f"{session}: pg_dump failed: {problem}") from None
        return {
            **facts,
            "name": session.database,
            "path": path,
            "bytes": size,
            "sha256": digest,
            "tables": [compared(session, each, copied.tables) for each in tables],
        }

    def _counted(self, session, env):
        """Bytes that its dump takes at most: a member of a tar says its size before its content."""
        counted = self.container.run(COUNT, env, self.user, seconds=6 * 3600)
        if counted.code != 0 or not counted.out.strip().isdigit():
            raise Failed(f"{session}: pg_dump failed: {Done(counted.code, '', counted.err).last() or 'ended early'}")
        return int(counted.out) + SLACK


def catalog(session):
    """What the session's database holds: facts, and the tables as catalog.sql tells them."""
    said = [json.loads(line) for line in asked(session, "catalog.sql")]
    return said[0], said[1:]


def asked(session, name):
    """What a script beside this one answers."""
    return session.ask(script(name))


def script(name):
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), encoding="utf-8") as file:
        return file.read()


def compared(session, table, blocks):
    """A table of the manifest. Raises Failed where the dump does not hold the rows that the snapshot has."""
    schema, name, spelled, kind, rows = table
    block = blocks.get(spelled)
    if kind != "r":
        return {"schema": schema, "name": name, "rows": rows, "dumped": None, "sha256": None}
    if block is None:
        raise Failed(f"{session}: the dump lacks the table {schema}.{name}")
    if block[0] != rows:
        raise Failed(f"{session}: the dump has {block[0]} rows of the table {schema}.{name}, the snapshot {rows}")
    return {"schema": schema, "name": name, "rows": rows, "dumped": block[0], "sha256": block[1]}


def passing(chunks, reader):
    for chunk in chunks:
        reader.feed(chunk)
        yield chunk


def file_name(text):
    """A name as a part of a path: bytes besides letters, digits, `.`, `_` and `-` as %41."""
    return "".join(
        chr(each) if re.fullmatch(rb"[A-Za-z0-9._-]", bytes([each])) else f"%{each:02X}" for each in text.encode()
    ).replace("..", ".%2E")
