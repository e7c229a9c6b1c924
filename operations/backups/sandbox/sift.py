"""What an archive holds, for whom an archive may be anything: runs in a container without network and rights.

The archive comes on standard input. What goes out are frames, each a line of JSON:
{"member": name, "size": n} and n bytes, for each dump and the manifest;
{"tree": name, ...} for each tree of files, after its list of checksums was compared with what came;
{"end": true} at the end, {"broken": words} where it could not be read on.
With a directory, the trees are laid out there as well.
"""

import hashlib
import json
import os
import shutil
import sys
import tarfile

import unpack
from content import Content, pieces

SHOWN = 20


class Tree:
    """The files of one tree, by their paths in it."""

    def __init__(self):
        self.sums, self.sizes, self.entries, self.bytes = {}, {}, 0, 0

    def compare(self, name, listing):
        listed = dict(read_list(listing))
        missing = sorted(listed.keys() - self.sums.keys())
        extra = sorted(self.sums.keys() - listed.keys())
        differ = sorted(path for path in listed.keys() & self.sums.keys() if listed[path] != self.sums[path])
        return {
            "tree": name,
            "entries": self.entries,
            "files": len(self.sums),
            "bytes": self.bytes,
            "list": hashlib.sha256(listing).hexdigest(),
            **{kind: paths[:SHOWN] for kind, paths in (("missing", missing), ("extra", extra), ("differ", differ))},
            "missed": len(missing),
            "added": len(extra),
            "differing": len(differ),
        }


def read_list(listing):
    """Paths and checksums of what `sha256sum` writes; a line that begins with a backslash is escaped."""
    for line in listing.split(b"\n"):
        if not line:
            continue
        escaped = line.startswith(b"\\")
        digest, path = line[escaped:].split(b" ", 1)
        path = path[1:]
        if escaped:
            path = path.replace(b"\\\\", b"\0").replace(b"\\n", b"\n").replace(b"\\r", b"\r").replace(b"\0", b"\\")
        yield plain(path), digest.decode("ascii")


def plain(path):
    path = path.decode("utf-8", "surrogateescape")
    return path[2:] if path.startswith("./") else path


class Sifter:
    def __init__(self, source, sink, directory):
        self.source, self.sink, self.directory = source, sink, directory
        self.trees = {}

    def frame(self, **header):
        self.sink.write(json.dumps(header).encode("ascii") + b"\n")

    def run(self):
        with tarfile.open(fileobj=self.source, mode="r|", errors="surrogateescape") as tar:
            for member in tar:
                self.take(tar, member)
                tar.members = []
        while self.source.read(1 << 20):
            pass

    def take(self, tar, member):
        top, _, rest = member.name.removeprefix("./").partition("/")
        if top == "files" and "/" not in rest and rest.endswith(".sha256") and member.isreg():
            name = rest.removesuffix(".sha256")
            self.frame(**self.trees.pop(name, Tree()).compare(name, tar.extractfile(member).read()))
        elif top == "files" and rest:
            self.file(tar, member, *rest.partition("/")[::2])
        elif member.isreg():
            self.frame(member=member.name, size=member.size)
            for chunk in pieces(tar.extractfile(member)):
                self.sink.write(chunk)

    def file(self, tar, member, name, path):
        if name not in self.trees:
            self.trees[name] = Tree()
            self.clear(name)
        tree = self.trees[name]
        if path:
            tree.entries += 1
        if member.isreg():
            digest = hashlib.sha256()
            for chunk in self.laid(tar, member):
                digest.update(chunk)
            # A file that changed while it was read comes again under its name, and the last of them counts.
            if path in tree.sums:
                tree.entries -= 1
                tree.bytes -= tree.sizes[path]
            tree.sums[path], tree.sizes[path] = digest.hexdigest(), member.size
            tree.bytes += member.size
        else:
            if member.islnk():
                same = member.linkname.removeprefix("./").removeprefix("files/").partition("/")[2]
                if same in tree.sums:
                    tree.sums[path] = tree.sums[same]
            if self.lays(name) and path:
                tar.extract(member, self.directory, numeric_owner=True, filter="fully_trusted")

    def lays(self, name):
        return self.directory and os.path.isdir(f"{self.directory}/files/{name}")

    def clear(self, name):
        """A tree takes the place of what is there."""
        if self.lays(name):
            for each in os.scandir(f"{self.directory}/files/{name}"):
                if each.is_dir(follow_symlinks=False):
                    shutil.rmtree(each.path)
                else:
                    os.remove(each.path)

    def laid(self, tar, member):
        """A file's bytes; laid out too where that is asked for."""
        if not self.lays(member.name.partition("/")[2].partition("/")[0]):
            return pieces(tar.extractfile(member))
        tar.extract(member, self.directory, numeric_owner=True, filter="fully_trusted")
        return pieces(open(f"{self.directory}/{member.name}", "rb"))


def main(words):
    sink = sys.stdout.buffer
    sifter = Sifter(Content(unpack.read_chunks(sys.stdin.buffer)), sink, words[0] if words else None)
    try:
        sifter.run()
        sifter.frame(end=True)
        return 0
    except unpack.Damaged as problem:
        sifter.frame(broken=f"the archive {problem}")
        return 1
    except (OSError, EOFError, ValueError, tarfile.TarError) as problem:
        sifter.frame(broken=f"its tar cannot be read: {problem or type(problem).__name__}")
        return 1
    finally:
        sink.flush()
