"""A PostgreSQL server that no container of the project is, such as Amazon RDS: dumped over the network by the programs of
an image of its own major version."""

import json
import os

import postgresql
from docker import Container
from ground import Failed, run

SERVICE = "rds"
# Amazon's own, to which nobody connects.
OWN = "rdsadmin"
# It waits for what is run in it, and is gone with its end.
WAIT = 'trap "exit 0" TERM; while :; do sleep 1; done'


# Where the container has the authorities that the project's repository names.
AUTHORITIES = "/berth-authorities.pem"


class NotYet:
    """What stands for the container until there is one."""

    service = SERVICE


class Server(postgresql.Server):
    """`rds`: {host, port, user, image, authorities}. `tree`: the checkout that `authorities` is a file of. Its account is no superuser there: what it may not read fails the backup."""

    # Verifiers of passwords are no account's to read there.
    globals = "pg_dumpall --no-password --globals-only --no-role-passwords"

    def __init__(self, slug, rds, password, tree):
        super().__init__(NotYet())
        self.rds, self.password, self.tree = rds, password, tree
        self.called = f"berth-rds-{slug}"

    def open(self):
        self.end()
        words = ["docker", "run", "-d", "--name", self.called, "--label", "berth=apart", "--label", f"com.docker.compose.service={SERVICE}"]
        words += self.authorities()
        words += ["--network", "host", "--restart", "no", "--env-file", "/dev/stdin", "--entrypoint", "sh", self.rds["image"], "-c", WAIT]
        if "\n" in self.password or not self.password:
            raise Failed(f"{SERVICE}: the password that was brought is none of one line")
        values = {
            "PGHOST": self.rds["host"],
            "PGPORT": self.rds["port"],
            # Nothing of the data in clear over the network. Whose certificate it is is known by declared authorities alone.
            **({"PGSSLMODE": "verify-full", "PGSSLROOTCERT": AUTHORITIES} if self.rds.get("authorities") else {"PGSSLMODE": "require"}),
            "PGCONNECT_TIMEOUT": "30",
            "POSTGRES_USER": self.rds["user"],
            "POSTGRES_PASSWORD": self.password,
        }
        done = run(words, seconds=900, text="".join(f"{name}={value}\n" for name, value in values.items()))
        if done.code != 0:
            raise Failed(f"{SERVICE}: a container of {self.rds['image']}, whose programs dump it, does not start: {done.last(1)}")
        self.container = Container(json.loads(run(["docker", "inspect", self.called]).out)[0])
        super().open()

    def authorities(self):
        """What gives the container their file."""
        name = self.rds.get("authorities")
        if not name:
            return []
        path = os.path.join(self.tree, name)
        # A link is the repository's to say, and would be followed by root.
        if os.path.realpath(path) != path or not os.path.isfile(path):
            raise Failed(f"{SERVICE}: {name}: is no file of the version that serves; commit the authorities there and deliver it, or take authorities out")
        return ["--mount", f"type=bind,source={path},target={AUTHORITIES},readonly"]

    def _find_login(self):
        tried = []
        for database in ("postgres", "template1"):
            done = self.container.run(f"{postgresql.LOGIN}export PGDATABASE={database}; exec psql -XqAt -c 'SELECT 1'", seconds=60)
            if done.code == 0:
                self.home = database
                return
            tried.append(done.last(1))
        raise Failed(f"{SERVICE}: {self.rds['host']} is not read: {tried[0]}")

    def leave_out(self, name):
        return "is Amazon's own" if name == OWN else super().leave_out(name)

    def close(self):
        super().close()
        self.end()

    def end(self):
        run(["docker", "rm", "-f", "-v", self.called])
