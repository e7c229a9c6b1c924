"""Reads one file that others may write meanwhile into an archive, whose header says its size beforehand."""

import dataclasses
import errno
import hashlib
import os
import tarfile
import time

# A file up to this size is read before its header is written, and so has the size that it had when it was read.
WHOLE = 4 << 20
PIECE = 1 << 20
# So often a file that changes while it is read is read anew.
TRIES = 3
# A file that was written this short a time ago, in seconds, may be written again within the same tick of its clock.
FRESH = 0.1
# So many bytes of holes are worth a map of what is between them.
HOLES = 1 << 20


@dataclasses.dataclass(frozen=True)
class Taken:
    """What stands in the archive of a file. `told`: of `grown` (it has been written to at its end since), `changed`
    (it was cut or written to within while it was read) and `unreadable` (it holds what could be read of it)."""

    size: int
    digest: str
    told: tuple = ()


class Living:
    """`handle`: of a regular file, opened for reading. It is not closed here."""

    def __init__(self, handle):
        self.handle = handle

    def take(self, tape, info_of):
        """Writes the file as a member. Where it turns out afterwards that what was written is not what the file held,
        it is written again under the same name: whoever unpacks has the last of them."""
        status = os.fstat(self.handle)
        if status.st_size <= WHOLE:
            return self._whole(tape, info_of(), status)
        told, readable = set(), None
        for left in reversed(range(TRIES)):
            before = os.fstat(self.handle)
            size = before.st_size if readable is None else min(readable, before.st_size)
            got, digest, problem = self._copy(tape, info_of(), size, before)
            if problem:
                told.add("unreadable")
                readable = got
            elif got < size:
                told.add("changed")
            elif readable is not None or self._same(before) or self._digest(size) == digest:
                if readable is None and os.fstat(self.handle).st_size > size:
                    told.add("grown")
                return Taken(size, digest, tuple(sorted(told)))
            elif not left:
                return Taken(size, digest, tuple(sorted(told | {"changed"})))
        # The last one in the archive ends in a filling: better nothing under that name than this.
        tape.begin(info_of())
        return Taken(0, hashlib.sha256().hexdigest(), tuple(sorted(told)))

    def _whole(self, tape, info, before):
        """A small file: what is written was read before."""
        told = set()
        content, problem = self._read(before.st_size)
        if problem:
            told.add("unreadable")
        elif len(content) < before.st_size:
            told.add("changed")
        for left in reversed(range(TRIES)):
            if problem or (self._same(before) and len(content) == before.st_size):
                break
            before = os.fstat(self.handle)
            again, problem = self._read(min(before.st_size, WHOLE))
            if again[: len(content)] == content:
                if len(again) > len(content):
                    told.add("grown")
                break
            content = again
            if not left:
                told.add("changed")
        info.size = len(content)
        tape.begin(info)
        tape.write(content)
        return Taken(len(content), hashlib.sha256(content).hexdigest(), tuple(sorted(told)))

    def _read(self, size):
        """Up to `size` bytes from the beginning, and what kept it from reading more."""
        parts, at = [], 0
        try:
            while at < size and (part := os.pread(self.handle, min(PIECE, size - at), at)):
                parts.append(part)
                at += len(part)
        except OSError as problem:
            return b"".join(parts), problem
        return b"".join(parts), None

    def _copy(self, tape, info, size, status):
        """Writes `size` bytes as a member. Answers how far they could be read, the SHA-256 of the content with its
        holes, and what kept it from being read further. What could not be read is filled up with zeros."""
        digest, got = hashlib.sha256(), 0
        data = [(0, size)] if status.st_blocks * 512 + HOLES > size else self._between_holes(size)
        if data == [(0, size)]:
            info.size = size
            tape.begin(info)
        else:
            table = _mapped(info, size, data)
            tape.begin(info)
            tape.write(table)
        for begin, end in data:
            _zeros(digest, begin - got)
            got = begin
            while got < end:
                part, problem = self._piece(got, end)
                if not part:
                    tape.fill(b"\0")
                    return got, None, problem
                digest.update(part)
                tape.write(part)
                got += len(part)
        return size, digest.hexdigest(), None

    def _piece(self, begin, end):
        try:
            return os.pread(self.handle, min(PIECE, end - begin), begin), None
        except OSError as problem:
            return b"", problem

    def _between_holes(self, size):
        """Where data is in the first `size` bytes; holes that are small for the file count as data."""
        found, at, worth = [], 0, max(HOLES, size >> 14)
        while at < size:
            try:
                begin = os.lseek(self.handle, at, os.SEEK_DATA)
                end = min(os.lseek(self.handle, begin, os.SEEK_HOLE), size)
            except OSError as problem:
                if problem.errno == errno.ENXIO:
                    break
                begin, end = at, size
            if begin >= size:
                break
            if begin - at < worth:
                begin = found.pop()[0] if found else 0
            found.append((begin, end))
            at = end
        # A map ends where the file does.
        if not found or found[-1][1] < size:
            found.append((size, size))
        return found

    def _same(self, before):
        """Nobody wrote to the file since, as far as its clock tells."""
        now = os.fstat(self.handle)
        if time.time() - now.st_mtime < FRESH:
            return False
        return (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)

    def _digest(self, size):
        """The SHA-256 of the first `size` bytes as they are now; None where they are not there any more."""
        digest, got = hashlib.sha256(), 0
        for begin, end in self._between_holes(size):
            _zeros(digest, begin - got)
            got = begin
            while got < end:
                part, _ = self._piece(got, end)
                if not part:
                    return None
                digest.update(part)
                got += len(part)
        return digest.hexdigest()


def _mapped(info, size, data):
    """Makes a header that of a file with holes (GNU's format 1.0), and answers the map that its content begins with."""
    numbers = [len(data)] + [number for begin, end in data for number in (begin, end - begin)]
    text = "".join(f"{number}\n" for number in numbers).encode()
    table = text + bytes(-len(text) % tarfile.BLOCKSIZE)
    info.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": info.name,
        "GNU.sparse.realsize": str(size),
    }
    # A name that needs no record of its own beside GNU.sparse.name: Python's tarfile takes whichever comes last.
    info.name = f"GNUSparseFile.0/{hashlib.sha256(info.name.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}"
    info.size = len(table) + sum(end - begin for begin, end in data)
    return table


def _zeros(digest, count):
    zeros = bytes(min(count, PIECE))
    while count > 0:
        digest.update(zeros[:count])
        count -= min(count, PIECE)
