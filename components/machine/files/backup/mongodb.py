"""MongoDB in a container: all of it, by the tools of its own image. What writes to it is stopped meanwhile, since a
server alone gives no snapshot."""

import os

import mongo_archive
from ground import Failed
from postgresql import passing

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "mongodb.sh"), encoding="utf-8") as _file:
    LOGIN = _file.read()
# One collection after another: those that come together do so in pieces, of which the next dump has more or fewer.
TOOL = "tool mongodump --quiet --archive --numParallelCollections=1"
DUMP = f"{LOGIN}{TOOL}"


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
        path = f"databases/{service}/mongodb.archive"
        read = mongo_archive.MongoArchive()
        archive.announce(path, {"service": service})
        try:
            size, digest = archive.member(path, archive.needs and self.counted(), passing(self.container.stream(DUMP).chunks(), read))
        except (Failed, mongo_archive.Unreadable) as problem:
            raise Failed(f"{service}: mongodump failed: {problem}") from None
        if read.unfinished():
            raise Failed(f"{service}: mongodump failed: {', '.join(read.unfinished()[:10])} is cut off")
        return {
            "service": service,
            "kind": "mongodb",
            "image": self.container.image,
            "imageId": self.container.image_id,
            "server": read.server,
            "roles": [],
            "databases": [],
            "dump": {"path": path, "bytes": size, "sha256": digest},
            "collections": mongo_archive.told(read),
        }

    def counted(self):
        """Bytes of a dump: a member of a tar says its size before its content."""
        done = self.container.run(f"{LOGIN}{{ {TOOL} || echo failed >&2; }} | wc -c", seconds=6 * 3600)
        if done.code != 0 or done.err.strip() or not done.out.strip().isdigit():
            raise Failed(f"{self.container.service}: mongodump failed: {done.last()}")
        return int(done.out)


def documents(server):
    """How many an entry of the manifest has, without what the server has for itself."""
    return sum(each["documents"] for each in server.get("collections", []) if each["database"] not in mongo_archive.OWN)


def is_empty(server):
    """Does an entry of the manifest hold no collection of anybody's?"""
    return not any(each["database"] not in mongo_archive.OWN for each in server["collections"])
