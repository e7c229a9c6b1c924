"""Walks a tree of living files into an archive: what is written, cut or deleted meanwhile damages nothing else."""

import errno
import hashlib
import os
import stat
import tarfile
import zlib

from failures import BackupFailed
from living import Living
from tape import plain

# Nobody keeps files deeper than this on purpose, and each level takes a file handle.
DEEPEST = 400
# So often an entry is looked at that changes from a file into a link, or back.
KINDS = 3
# Attributes that somebody set; a machine's own labels (security.selinux) come by themselves.
KEPT_NOWHERE = ("user.", "trusted.", "system.posix_acl_", "security.capability")
# So many names of each kind stand in a manifest.
NAMED = 500


def pack(tape, name, root, skip=()):
    """See Archive.tree."""
    return _Walk(tape, name, skip).run(os.fsencode(root))


class _Names:
    """Paths that people are told of, the first of very many."""

    def __init__(self):
        self.names, self.more = [], 0

    def add(self, path):
        if len(self.names) < NAMED:
            # Bytes that are no UTF-8 as \xff, so that the manifest is text anywhere.
            self.names.append(path.decode("utf-8", "backslashreplace"))
        else:
            self.more += 1

    def told(self):
        return [*self.names, f"and {self.more} more"] if self.more else self.names


class _List:
    """What `sha256sum -c` reads, packed in memory: the archive has it behind the files."""

    def __init__(self):
        self._packer, self._parts = zlib.compressobj(1), []
        self._digest, self.size = hashlib.sha256(), 0

    def add(self, digest, path):
        escaped = path.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
        line = (b"\\" if escaped != path else b"") + digest.encode() + b"  ./" + escaped + b"\n"
        self._digest.update(line)
        self.size += len(line)
        self._keep(self._packer.compress(line))

    def _keep(self, part):
        if part:
            self._parts.append(part)

    def write(self, tape, name):
        """As a member of the archive; answers its SHA-256."""
        self._keep(self._packer.flush())
        tape.begin(plain(name, self.size))
        unpacker = zlib.decompressobj()
        for part in self._parts:
            tape.write(unpacker.decompress(part))
        return self._digest.hexdigest()


class _Walk:
    def __init__(self, tape, name, skip):
        self.tape, self.name = tape, name
        self.place = b"files/" + os.fsencode(name)
        self.skip = {os.fsencode(each).strip(b"/") for each in skip}
        self.list = _List()
        self.entries = self.bytes = 0
        # What it takes without its holes.
        self.disk = 0
        self.told = {kind: _Names() for kind in ("changed", "vanished", "unreadable", "grown", "special", "attributes")}
        # Where a file with several names was put first, and what it was then.
        self.linked = {}

    def run(self, root):
        handle = _open_root(root)
        try:
            status = os.fstat(handle)
            if stat.S_ISDIR(status.st_mode):
                self._directories(handle, status)
            else:
                parent = _open_root(os.path.dirname(root))
                try:
                    self._one(parent, os.path.basename(root), b"")
                finally:
                    os.close(parent)
        finally:
            os.close(handle)
        return {
            "name": self.name,
            "source": os.fsdecode(root).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"),
            "path": f"files/{self.name}",
            "entries": self.entries,
            "bytes": self.bytes,
            "disk": self.disk,
            "list": self.list.write(self.tape, f"files/{self.name}.sha256"),
            **{kind: names.told() for kind, names in self.told.items()},
        }

    def _directories(self, root, status):
        """All of a tree, directory by directory, without following a link: others write here."""
        self._header(b"", status, tarfile.DIRTYPE)
        self._attributes(root, b".")
        open_now = [(os.dup(root), b"", iter(_names(root)))]
        try:
            while open_now:
                handle, path, names = open_now[-1]
                name = next(names, None)
                if name is None:
                    open_now.pop()
                    os.close(handle)
                    continue
                below = self._one(handle, name, path)
                if below is None:
                    continue
                inner = os.path.join(path, name)
                if len(open_now) >= DEEPEST:
                    os.close(below)
                    self.told["unreadable"].add(inner)
                    continue
                open_now.append((below, inner, iter(self._names_of(below, inner))))
        finally:
            for handle, _, _ in open_now:
                os.close(handle)

    def _names_of(self, handle, path):
        try:
            return _names(handle)
        except FileNotFoundError:
            self.told["vanished"].add(path)
        except OSError:
            self.told["unreadable"].add(path)
        return []

    def _one(self, parent, name, folder):
        """One entry of a directory. Answers the handle of one that is a directory itself."""
        path = os.path.join(folder, name)
        if path in self.skip:
            return None
        for _ in range(KINDS):
            try:
                return self._entry(parent, name, path)
            except FileNotFoundError:
                self.told["vanished"].add(path)
                return None
            except OSError as problem:
                # It became another kind of thing since it was looked at.
                if problem.errno not in (errno.ELOOP, errno.ENOTDIR):
                    break
        self.told["unreadable"].add(path)
        return None

    def _entry(self, parent, name, path):
        status = os.stat(name, dir_fd=parent, follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
            self._header(path, os.fstat(below), tarfile.DIRTYPE)
            self._attributes(below, path)
            return below
        if stat.S_ISLNK(status.st_mode):
            self._header(path, status, tarfile.SYMTYPE, os.readlink(name, dir_fd=parent))
        elif stat.S_ISREG(status.st_mode):
            self._file(parent, name, path)
        else:
            # Sockets, pipes and devices hold no data, and are not made anew from what others wrote.
            self.told["special"].add(path)
        return None

    def _file(self, parent, name, path):
        # A pipe that took the file's place would have the opening wait for ever.
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=parent)
        with os.fdopen(handle, "rb", buffering=0):
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                self.told["changed"].add(path)
                return
            # A number of an inode is given anew once its file is gone: the rest must be the same too.
            key = (status.st_dev, status.st_ino, status.st_ctime_ns, status.st_mtime_ns, status.st_size)
            if status.st_nlink > 1 and key in self.linked:
                first, digest = self.linked[key]
                self._header(path, status, tarfile.LNKTYPE, self._full(first))
                self.list.add(digest, path)
                return
            self._attributes(handle, path)
            taken = Living(handle).take(self.tape, lambda: self._info(path, status, tarfile.REGTYPE))
        self.entries += 1
        self.bytes += taken.size
        self.disk += min(taken.size, status.st_blocks * 512)
        self.list.add(taken.digest, path)
        for kind in taken.told:
            self.told[kind].add(path)
        if status.st_nlink > 1 and not taken.told:
            self.linked[key] = (path, taken.digest)

    def _header(self, path, status, kind, target=b""):
        info = self._info(path, status, kind)
        info.linkname = target.decode("utf-8", "surrogateescape")
        self.tape.begin(info)
        self.entries += 1

    def _attributes(self, handle, path):
        """Tells what has more than owner, mode and time: the archive keeps neither ACLs nor other extended attributes."""
        try:
            names = os.listxattr(handle)
        except OSError:
            # A file system without them.
            return
        if any(name.startswith(KEPT_NOWHERE) for name in names):
            self.told["attributes"].add(path)

    def _full(self, path):
        return self.place + b"/" + path if path else self.place

    def _info(self, path, status, kind):
        info = tarfile.TarInfo(self._full(path).decode("utf-8", "surrogateescape"))
        info.type, info.mode = kind, stat.S_IMODE(status.st_mode)
        info.uid, info.gid, info.mtime = status.st_uid, status.st_gid, int(status.st_mtime)
        return info


def _names(handle):
    return sorted(map(os.fsencode, os.listdir(handle)))


def _open_root(root):
    """The root of a tree, reached through no link: a link may lead out of what was declared."""
    handle = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    parts = [part for part in root.split(b"/") if part]
    for number, part in enumerate(parts):
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        if number + 1 < len(parts):
            flags |= os.O_DIRECTORY
        try:
            inner = os.open(part, flags, dir_fd=handle)
        except OSError as problem:
            raise BackupFailed(f"{root.decode('utf-8', 'backslashreplace')}: cannot be read: {problem.strerror}") from None
        finally:
            os.close(handle)
        handle = inner
    return handle
