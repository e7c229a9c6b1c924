"""A project's PostgreSQL servers in their containers: asked by their own superuser, stopped and started."""

import contextlib
import json
import time

import cluster
import engine
from databases import containers, databases
from ground import Failed, Refused, run
from login import LOGIN, superuser
from psql import Psql

# What a server that was seen running told of itself: one that is down cannot be asked.
KNOWN = "servers.json"
# Whom the other machine comes in as, which slot keeps for it what it has not got yet, and what it calls itself.
ROLE = "berth_move"
# What one calls itself that wants to be waited for.
SYNCHRONOUS = "berth_move_sync"
PLACES = """SELECT pg_catalog.json_build_object('data', current_setting('data_directory'), 'port', current_setting('port')::int,
  'sockets', pg_catalog.regexp_split_to_array(current_setting('unix_socket_directories'), ' *, *'))"""
# Below the data directory: the password of the other machine's server.
PASSWORDS = "berth_move.passwords"


class Server:
    """`known`: {user, home, data, port, sockets, container}, of the time when it ran."""

    def __init__(self, container, known):
        self.container, self.service = container, container.service
        self.known = known
        self.session = None

    @property
    def data(self):
        """Its data directory, on this machine."""
        return cluster.outside(self.container, self.known["data"])

    def ask(self, script, database=None, seconds=120):
        """What psql answers to a script, which no other program sees. Raises Failed with its words."""
        if self.session and database is None:
            return self.session.ask(script)
        done = run(self.psql(database), seconds=seconds, text=script)
        if done.code != 0:
            raise Failed(f"{self.service}: {done.last()}")
        return done.out.strip()

    def psql(self, database=None):
        return self.container.words(
            f"{LOGIN}export PGAPPNAME={ROLE}; exec psql -XqAt -v ON_ERROR_STOP=1",
            {"PGDATABASE": database or self.known["home"]},
            self.known["user"],
            interactive=True,
        )

    @contextlib.contextmanager
    def talking(self):
        """Is asked by one session meanwhile."""
        self.session = Psql(self.psql())
        try:
            yield
        finally:
            self.session.close()
            self.session = None

    def tell(self, script, database=None):
        """The one JSON value that a query answers."""
        return json.loads(self.ask(script, database))

    def runs(self):
        return self.described()["State"]["Running"]

    def described(self):
        """Its container as it is now."""
        said = engine.container(self.container.id)
        if said is None:
            raise Failed(f"{self.service}: its container is gone")
        return said

    def policy(self):
        return engine.policy_of(self.described())

    def restart(self, policy):
        try:
            engine.restart(self.container.id, policy)
        except Failed as problem:
            raise Failed(f"{self.service}: its restart policy: {problem}") from None

    def stop(self, seconds, signal="SIGINT"):
        """Ends it: SIGINT lets nobody finish, loses nothing, and waits until who follows has everything. Its restart
        policy must be off. Answers whether it ended in time."""
        engine.kill(self.container.id, signal)
        return engine.ends(self.container.id, seconds)

    def start(self, seconds=60):
        """Starts it and waits until it answers."""
        self.begin()
        self.answers(seconds)

    def begin(self):
        """Starts it."""
        try:
            engine.start(self.container.id)
        except Failed as problem:
            raise Failed(f"{self.service}: the database does not start: {problem}") from None

    def answers(self, seconds=60):
        until = time.monotonic() + seconds
        while True:
            try:
                self.ask("SELECT 1")
                return
            except Failed as problem:
                if time.monotonic() > until:
                    raise Failed(f"{self.service}: the database does not answer after {seconds} s: {problem}") from None
            time.sleep(0.05)

    def recovering(self):
        """Is it read-only, since it follows or shall follow another?"""
        return self.ask("SELECT pg_catalog.pg_is_in_recovery()") == "t"


def servers(move):
    """The PostgreSQL servers of a project, by service. What a running one tells of itself is kept."""
    kept = move.kept(KNOWN, {})
    found = {}
    for kind, container in databases(containers(move.compose())):
        if kind != "postgres":
            continue
        known = kept.get(container.service)
        # Another version of the project may keep its data elsewhere; one of this program asked for less.
        is_old = known is not None and (known["container"] != container.id or "sockets" not in known)
        if known is None or (is_old and container.status == "running"):
            known = {**seen(container), "container": container.id}
        found[container.service] = Server(container, known)
    if {name: each.known for name, each in found.items()} != kept:
        move.keep(KNOWN, {name: each.known for name, each in found.items()})
    return found


def seen(container):
    """What one that runs tells; of one that does not, what its image says."""
    if container.status != "running":
        data = container.env.get("PGDATA")
        if not data:
            raise Refused(f"{container.service}: the database is {container.status}; start it: what it is like is asked of itself")
        return {"user": None, "home": "postgres", "data": data, "port": 5432, "sockets": []}
    found, why = superuser(container)
    if found is None:
        raise Refused(f"{container.service}: no superuser of the database gets in: {why}")
    server = Server(container, {"user": found[0], "home": found[1]})
    return {**server.known, **server.tell(PLACES)}


def network(server):
    """The first network of a server's container that this machine has an address in: its name, and that address."""
    for name, each in sorted(server.described()["NetworkSettings"]["Networks"].items()):
        # One that does not run has none: its network is asked.
        gateway = each.get("Gateway") or engine.gateway(name)
        if gateway:
            return name, gateway
    raise Refused(f"{server.service}: its container has no network of this machine's; a database that moves needs one")
