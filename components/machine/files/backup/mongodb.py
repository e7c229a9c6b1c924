"""MongoDB in a container: all of it, by the tools of its own image. What writes to it is stopped meanwhile, since a
server alone gives no snapshot."""

import re

from ground import Failed

IMAGE = re.compile(r"(^|[/_.-])(mongo|mongodb|ferretdb|percona-server-mongodb)([:@_.-]|$)", re.IGNORECASE)
# The password goes in by a file that nobody else sees, not by an argument.
DUMP = """user=${MONGO_INITDB_ROOT_USERNAME:-}
if [ -n "${MONGO_INITDB_ROOT_USERNAME_FILE:-}" ]; then user=$(cat "$MONGO_INITDB_ROOT_USERNAME_FILE"); fi
password=${MONGO_INITDB_ROOT_PASSWORD:-}
if [ -n "${MONGO_INITDB_ROOT_PASSWORD_FILE:-}" ]; then password=$(cat "$MONGO_INITDB_ROOT_PASSWORD_FILE"); fi
dump() {
  if [ -z "$user" ]; then mongodump --quiet --archive; return; fi
  mongodump --quiet --archive --username "$user" --authenticationDatabase admin --config /dev/fd/3 3<<CONFIG
password: '$(printf %s "$password" | sed "s/'/''/g")'
CONFIG
}
"""


def is_mongodb(container):
    """By its image's name, or by what is in it."""
    if IMAGE.search(container.image):
        return True
    return container.status == "running" and container.run("command -v mongodump", seconds=30).code == 0


class Server:
    """A server, from `open` to `close`."""

    def __init__(self, container):
        self.container = container
        self.left_out = []

    def open(self):
        if self.container.status != "running":
            raise Failed(f"{self.container.service}: the database is {self.container.status}; it must run to be backed up")

    def close(self):
        """Nothing is open."""

    def version(self):
        done = self.container.run("mongodump --version | head -n 1")
        if done.code != 0 or not done.out.strip():
            raise Failed(f"{self.container.service}: mongodump is not in its image: {done.last()}")
        return done.out.strip()

    def write(self, archive):
        """Its member of the archive. Answers its part of the manifest."""
        service = self.container.service
        counted = self.container.run(f"{DUMP}{{ dump || echo failed >&2; }} | wc -c", seconds=6 * 3600)
        if counted.code != 0 or counted.err.strip() or not counted.out.strip().isdigit():
            raise Failed(f"{service}: mongodump failed: {counted.last()}")
        path = f"databases/{service}/mongodb.archive"
        try:
            size, digest = archive.member(path, int(counted.out), self.container.stream(f"{DUMP}dump").chunks())
        except Failed as problem:
            raise Failed(f"{service}: mongodump failed: {problem}") from None
        server = self.container.run("mongod --version | head -n 1 || true").out.strip()
        return {
            "service": service,
            "kind": "mongodb",
            "image": self.container.image,
            "imageId": self.container.image_id,
            "server": server,
            "roles": [],
            "databases": [],
            "dump": {"path": path, "bytes": size, "sha256": digest},
        }
