"""A tree of files beside the one that is there, compared with the list that came with it (R66)."""

import hashlib
import os
import shutil
import tarfile

from content import pieces
from ground import Failed

# Kinds of entries that a backup writes; nothing else is made.
MADE = (tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE)


class Laid:
    """What of one tree is laid out in `fresh`, a directory that is not there yet."""

    def __init__(self, name, place):
        self.name, self.place = name, place.rstrip("/")
        self.fresh, self.former = f"{self.place}.berth-new", f"{self.place}.berth-old"
        self.sums = {}
        # Directories have their time once all that is in them is there.
        self.times = []

    def begin(self):
        """Nothing of a former try is there any more."""
        clear(self.fresh)
        os.mkdir(self.fresh, 0o700)

    def take(self, tar, member, path):
        """One entry; `path`: within the tree."""
        if member.type not in MADE or any(part in ("..", "") for part in path.split("/") if path):
            raise Failed(f"files {self.name}: {path!r} is nothing that a backup writes")
        target = os.path.join(self.fresh, path) if path else self.fresh
        if path and not inside(os.path.dirname(target), self.fresh):
            raise Failed(f"files {self.name}: {path!r} leads out of the tree")
        if member.isdir():
            os.makedirs(target, exist_ok=True)
            self.times.append((target, member.mtime))
        elif member.issym():
            os.symlink(member.linkname, target)
        elif member.islnk():
            first = member.linkname.partition("/")[2].partition("/")[2]
            if not inside(os.path.join(self.fresh, first), self.fresh):
                raise Failed(f"files {self.name}: {path!r} leads out of the tree")
            os.link(os.path.join(self.fresh, first), target)
            self.sums[path] = self.sums[first]
            return
        else:
            if path in self.sums:
                # What changed while it was read comes again under its name, and the last of them counts.
                os.remove(target)
            self.sums[path] = copy(tar.extractfile(member), target)
        os.chown(target, member.uid, member.gid, follow_symlinks=False)
        if not member.issym():
            os.chmod(target, member.mode)
        os.utime(target, (member.mtime, member.mtime), follow_symlinks=False)

    def compare(self, listing, digest):
        """Raises Failed where what came, all of it, is not what was listed."""
        if hashlib.sha256(listing).hexdigest() != digest:
            raise Failed(f"files {self.name}: their list is not the manifest's")
        listed = dict(read_list(listing))
        wrong = sorted(path for path in listed.keys() | self.sums.keys() if listed.get(path) != self.sums.get(path))
        if wrong:
            raise Failed(f"files {self.name}: {len(wrong)} are missing or others: {', '.join(map(repr, wrong[:5]))}")
        for target, moment in reversed(self.times):
            os.utime(target, (moment, moment))

    def swap(self):
        """It takes the place of what is there, which is kept beside it."""
        clear(self.former)
        if os.path.lexists(self.place):
            os.rename(self.place, self.former)
        os.rename(self.fresh, self.place)

    def swap_back(self):
        """What was there before is again where it was."""
        if os.path.lexists(self.former):
            if os.path.lexists(self.place):
                os.rename(self.place, self.fresh)
            os.rename(self.former, self.place)


def read_list(listing):
    """Paths and checksums of what `sha256sum` writes; a line that begins with a backslash is escaped."""
    for line in listing.split(b"\n"):
        if not line:
            continue
        escaped = line.startswith(b"\\")
        digest, path = line[escaped:].split(b"  ", 1)
        if escaped:
            path = path.replace(b"\\\\", b"\0").replace(b"\\n", b"\n").replace(b"\\r", b"\r").replace(b"\0", b"\\")
        path = path.decode("utf-8", "surrogateescape")
        yield path.removeprefix("./"), digest.decode("ascii")


def copy(source, target):
    """Answers its SHA-256. Nothing but zeros is left a hole: a file of holes may be larger than the disk."""
    digest = hashlib.sha256()
    with open(target, "xb") as file:
        for piece in pieces(source):
            digest.update(piece)
            if piece.count(0) == len(piece):
                file.seek(len(piece), os.SEEK_CUR)
            else:
                file.write(piece)
        file.truncate()
    return digest.hexdigest()


def inside(path, root):
    real = os.path.realpath(path)
    return real == root or real.startswith(f"{root}/")


def clear(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)
