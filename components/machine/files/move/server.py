"""A project's PostgreSQL servers in their containers: asked by their own superuser, stopped and started."""

import json
import time

import cluster
from databases import databases
from docker import containers
from ground import Failed, Refused, run
from login import LOGIN, superuser

# What a server that was seen running told of itself: one that is down cannot be asked.
KNOWN = "servers.json"
# Whom the other machine comes in as, which slot keeps for it what it has not got yet, and what it calls itself.
ROLE = "berth_move"
# What one calls itself that wants to be waited for.
SYNCHRONOUS = "berth_move_sync"
# Below the data directory: the password of the other machine's server.
PASSWORDS = "berth_move.passwords"


class Server:
    """`known`: {user, home, data, port, container}, of the time when it ran."""

    def __init__(self, container, known):
        self.container, self.service = container, container.service
        self.known = known

    @property
    def data(self):
        """Its data directory, on this machine."""
        return cluster.outside(self.container, self.known["data"])

    def ask(self, script, database=None, seconds=120):
        """What psql answers to a script, which no other program sees. Raises Failed with its words."""
        words = self.container.words(
            f"{LOGIN}export PGAPPNAME={ROLE}; exec psql -XqAt -v ON_ERROR_STOP=1",
            {"PGDATABASE": database or self.known["home"]},
            self.known["user"],
            interactive=True,
        )
        done = run(words, seconds=seconds, text=script)
        if done.code != 0:
            raise Failed(f"{self.service}: {done.last()}")
        return done.out.strip()

    def tell(self, script, database=None):
        """The one JSON value that a query answers."""
        return json.loads(self.ask(script, database))

    def runs(self):
        return self.state("{{.State.Running}}") == "true"

    def state(self, what):
        done = run(["docker", "inspect", "-f", what, self.container.id])
        if done.code != 0:
            raise Failed(f"{self.service}: {done.last()}")
        return done.out.strip()

    def policy(self):
        return self.state("{{.HostConfig.RestartPolicy.Name}}") or "no"

    def restart(self, policy):
        done = run(["docker", "update", f"--restart={policy}", self.container.id])
        if done.code != 0:
            raise Failed(f"{self.service}: its restart policy: {done.last()}")

    def stop(self, seconds, signal="SIGINT"):
        """Ends it: SIGINT lets nobody finish, loses nothing, and waits until who follows has everything. Its restart
        policy must be off. Answers whether it ended in time."""
        run(["docker", "kill", f"--signal={signal}", self.container.id])
        return run(["docker", "wait", self.container.id], seconds=max(seconds, 0.1)).code == 0

    def start(self, seconds=60):
        """Starts it and waits until it answers."""
        done = run(["docker", "start", self.container.id])
        if done.code != 0:
            raise Failed(f"{self.service}: the database does not start: {done.last()}")
        self.answers(seconds)

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
        # Another version of the project may keep its data elsewhere.
        if known is None or (known["container"] != container.id and container.status == "running"):
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
        return {"user": None, "home": "postgres", "data": data, "port": 5432}
    found, why = superuser(container)
    if found is None:
        raise Refused(f"{container.service}: no superuser of the database gets in: {why}")
    server = Server(container, {"user": found[0], "home": found[1]})
    said = server.tell("SELECT pg_catalog.json_build_object('data', current_setting('data_directory'), 'port', current_setting('port')::int)")
    return {**server.known, **said}


def network(server):
    """The first network of a server's container that this machine has an address in: its name, and that address."""
    done = run(["docker", "inspect", "-f", "{{json .NetworkSettings.Networks}}", server.container.id])
    if done.code != 0:
        raise Failed(f"{server.service}: {done.last()}")
    for name, each in sorted(json.loads(done.out).items()):
        # One that does not run has none: its network is asked.
        said = run(["docker", "network", "inspect", "-f", "{{range .IPAM.Config}}{{.Gateway}} {{end}}", name]).out.split()
        gateway = each.get("Gateway") or (said[0].split("/")[0] if said else None)
        if gateway:
            return name, gateway
    raise Refused(f"{server.service}: its container has no network of this machine's; a database that moves needs one")
