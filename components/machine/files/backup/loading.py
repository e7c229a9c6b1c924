"""A dump into a database of its own beside the one that is there, judged by what is in it then (R38)."""

import json
import re
import subprocess
import threading

from definitions import Definitions
from files import DATA
from ground import Failed, Stream, environment, run
from login import LOGIN
from postgresql import Server, passing, script

PSQL = "exec psql -XqAt"
ROLE = re.compile(r'^(?:CREATE|ALTER) ROLE ("(?:[^"]|"")*"|[^\s;]+)')
ERROR = re.compile(r"(?:ERROR|FATAL):\s.*|invalid command.*")
COUNTED = ("sequences", "largeObjects", "constraints", "indexes", "views", "populated", "functions", "triggers")
# A database that has one is not dropped.
SUBSCRIPTIONS = "SELECT pg_catalog.quote_ident(subname) FROM pg_catalog.pg_subscription WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database());"
# Somebody who asks whether the server is there is connected for a moment.
RENAMES = 30


def ident(name):
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def order(declared):
    """How a database is told its encoding and its order of text. Archives of before tell of less."""
    collate = declared["collate"]
    words = f"ENCODING {literal(declared['encoding'])} LC_COLLATE {literal(collate)} LC_CTYPE {literal(declared.get('ctype', collate))}"
    provider, locale = declared.get("provider"), declared.get("locale")
    if provider == "i":
        words += f" LOCALE_PROVIDER icu ICU_LOCALE {literal(locale)}"
        words += f" ICU_RULES {literal(declared['rules'])}" if declared["rules"] else ""
    elif provider == "b":
        words += f" LOCALE_PROVIDER builtin BUILTIN_LOCALE {literal(locale)}"
    elif provider == "c":
        words += " LOCALE_PROVIDER libc"
    return words


class Loader:
    """The running server of a service, and what is loaded into it."""

    def __init__(self, container):
        self.container = container
        self.server = Server(container)
        if container.status != "running":
            raise Failed(f"{container.service}: the database is {container.status}; it must run to be restored")
        self.server._find_login()  # pylint: disable=protected-access

    def place(self):
        """Where on the machine its data is; None where no mount tells."""
        return next((each["Source"] for each in self.container.mounts if DATA.match(each["Destination"])), None)

    def words(self, database, script=PSQL):
        return self.container.words(f"{LOGIN}{script}", {"PGDATABASE": database}, self.server.user, interactive=True)

    def ask(self, text, database="template1", must=True):
        done = run(self.words(database, f"{PSQL} -v ON_ERROR_STOP=1 -v VERBOSITY=terse"), text=text, seconds=3600)
        if must and done.code != 0:
            raise Failed(f"{self.container.service}: {done.last(1)}")
        return done

    def databases(self):
        return self.ask("SELECT datname FROM pg_catalog.pg_database;").out.splitlines()

    def roles(self, text):
        """Roles that are not there. Those that are keep their passwords: what connects now knows those."""
        there = set(self.ask("SELECT pg_catalog.quote_ident(rolname) FROM pg_catalog.pg_roles;").out.splitlines())
        lines = []
        for line in text.splitlines():
            found = ROLE.match(line)
            if not (found and found.group(1) in there):
                lines.append(line)
        run(self.words("template1"), text="\n".join(lines) + "\n", seconds=600)

    def begin(self, name, declared):
        """An empty database for a dump."""
        self.drop(name)
        postgis = any(each["name"] == "postgis" for each in declared["extensions"])
        if postgis and "template_postgis" in self.databases():
            self.ask(f"CREATE DATABASE {ident(name)} TEMPLATE template_postgis;")
        else:
            self.ask(f"CREATE DATABASE {ident(name)} TEMPLATE template0 {order(declared)};")
        self.ask(f"ALTER DATABASE {ident(name)} OWNER TO {ident(declared['owner'])};", must=False)

    def load(self, name, chunks):
        """Has psql read a dump to its end. Answers its errors, which alone are no verdict."""
        child = subprocess.Popen(  # pylint: disable=consider-using-with
            self.words(name, f"{PSQL} -v VERBOSITY=terse -o /dev/null 2>&1"),
            env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/",
        )
        errors = Errors(child.stdout)
        try:
            for chunk in passing(chunks, errors.dumped):
                child.stdin.write(chunk)
            child.stdin.close()
        except BrokenPipeError:
            for _ in chunks:
                pass
        code = child.wait()
        errors.join()
        if code != 0 and not errors.lines:
            errors.lines.append(f"psql ended with {code}")
        return errors

    def judge(self, name, declared, errors):
        """Raises Failed where what is there is not what the manifest says, with the first of psql's words. Answers how each
        table is spelled in a dump, by schema and name."""
        lines = [json.loads(line) for line in self.ask(script("catalog.sql"), name).out.splitlines()]
        facts, tables = lines[0], {(each[0], each[1]): each[4] for each in lines[1:]}
        wrong = []
        there = {each["name"] for each in facts["extensions"]}
        wrong += [f"the extension {each['name']} is missing" for each in declared["extensions"] if each["name"] not in there]
        for each in declared["tables"]:
            rows = tables.get((each["schema"], each["name"]))
            if rows is None:
                wrong.append(f"the table {each['schema']}.{each['name']} is missing")
            elif each["dumped"] is not None and rows != each["dumped"]:
                wrong.append(f"{each['schema']}.{each['name']} has {rows} of {each['dumped']} rows")
        wrong += [f"{facts[kind]} of {declared[kind]} {kind}" for kind in COUNTED if facts[kind] < declared.get(kind, 0)]
        if wrong:
            first = f"; {errors.count} statements failed, the first: {errors.lines[0]}" if errors.lines else ""
            raise Failed(f"{declared['name']}: {'; '.join(wrong[:10])}{first} (loaded into {self.container.image})")
        return {(each[0], each[1]): each[2] for each in lines[1:]}

    def lost(self, name, errors):
        """What the dump defined and is not there."""
        there = Definitions()
        schema = Stream(self.words(name, "exec pg_dump --no-password --schema-only"))
        for chunk in schema.chunks():
            there.feed(chunk)
        there.own(self.ask(script("properties.sql"), name).out.split("\n"))
        return errors.dumped.lost(there)

    def rename(self, old, new):
        """Nobody stays connected meanwhile. Raises Failed where it cannot be done."""
        end = f"SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = {literal(old)};"
        for _ in range(RENAMES):
            done = self.ask(f"{end}\nALTER DATABASE {ident(old)} RENAME TO {ident(new)};", must=False)
            if done.code == 0:
                return
        raise Failed(f"{self.container.service}: {old} cannot be renamed: {done.last(1)}")

    def drop(self, name):
        """A subscription that it has ends here alone: at its publisher the slot stays for the one that is restored."""
        if name in self.databases():
            for each in self.ask(SUBSCRIPTIONS, name).out.splitlines():
                self.ask(f"ALTER SUBSCRIPTION {each} DISABLE;\nALTER SUBSCRIPTION {each} SET (slot_name = NONE);\nDROP SUBSCRIPTION {each};", name)
        end = f"SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = {literal(name)};"
        self.ask(f"{end}\nDROP DATABASE IF EXISTS {ident(name)};")


class Errors:
    """psql's errors among all that it says; the first of them are kept."""

    def __init__(self, stream):
        self.lines, self.count = [], 0
        # What was to be defined.
        self.dumped = Definitions()
        self.thread = threading.Thread(target=self.read, args=[stream], daemon=True)
        self.thread.start()

    def read(self, stream):
        for line in stream:
            found = ERROR.search(line.decode(errors="replace"))
            if found:
                self.count += 1
                if len(self.lines) < 5:
                    self.lines.append(found.group()[:300])
        stream.close()

    def join(self):
        self.thread.join(60)
