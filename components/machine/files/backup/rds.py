"""A PostgreSQL server that no container of the project is, such as Amazon RDS: dumped over the network by the programs of
an image of its own major version."""

import json

import postgresql
from docker import Container
from ground import Failed, run

SERVICE = "rds"
# Amazon's own, to which nobody connects.
OWN = "rdsadmin"
# It waits for what is run in it, and is gone with its end.
WAIT = 'trap "exit 0" TERM; while :; do sleep 1; done'


class NotYet:
    """What stands for the container until there is one."""

    service = SERVICE


class Server(postgresql.Server):
    """`rds`: {host, port, user, image}. Its account is no superuser there: what it may not read fails the backup."""

    # Verifiers of passwords are no account's to read there.
    globals = "pg_dumpall --no-password --globals-only --no-role-passwords"

    def __init__(self, slug, rds, password):
        super().__init__(NotYet())
        self.rds, self.password = rds, password
        self.called = f"berth-rds-{slug}"

    def open(self):
        self.end()
        words = ["docker", "run", "-d", "--name", self.called, "--label", "berth=apart", "--label", f"com.docker.compose.service={SERVICE}"]
        words += ["--network", "host", "--restart", "no", "--env-file", "/dev/stdin", "--entrypoint", "sh", self.rds["image"], "-c", WAIT]
        if "\n" in self.password or not self.password:
            raise Failed(f"{SERVICE}: the password that was brought is none of one line")
        values = {
            "PGHOST": self.rds["host"],
            "PGPORT": self.rds["port"],
            # Nothing of the data in clear over the network; whose certificate it is nobody here knows.
            "PGSSLMODE": "require",
            "PGCONNECT_TIMEOUT": "30",
            "POSTGRES_USER": self.rds["user"],
            "POSTGRES_PASSWORD": self.password,
        }
        done = run(words, seconds=900, text="".join(f"{name}={value}\n" for name, value in values.items()))
        if done.code != 0:
            raise Failed(f"{SERVICE}: a container of {self.rds['image']}, whose programs dump it, does not start: {done.last(1)}")
        self.container = Container(json.loads(run(["docker", "inspect", self.called]).out)[0])
        super().open()

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
