"""Writes the members of a tar archive (PAX) to a sink, each of which says its size before its content."""

import hashlib
import tarfile
import time

from failures import BackupFailed, BeginAnew

BLOCK = tarfile.BLOCKSIZE
# What is filled up in one piece.
PIECE = 1 << 20


class Tape:
    """A tar that is written to `sink` as it comes. `close` ends it; the sink stays open."""

    def __init__(self, sink):
        self._sink = sink
        self._missing = 0
        self._padding = 0

    def begin(self, info):
        """A member's header: `info` is a tarfile.TarInfo, whose name and target are text in which bytes that are no
        UTF-8 are surrogates. Exactly `info.size` bytes of `write` follow."""
        if self._missing:
            raise BackupFailed(f"a member of the archive lacks {self._missing} bytes")
        self._put(info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))
        self._missing, self._padding = info.size, -info.size % BLOCK
        self._pad()

    def write(self, content):
        if len(content) > self._missing:
            raise BackupFailed(f"a member of the archive has {len(content) - self._missing} bytes more than it said")
        self._put(content)
        self._missing -= len(content)
        if content:
            self._pad()

    def fill(self, byte):
        """What is missing of the member, as so many times this byte."""
        while self._missing:
            self.write(byte * min(self._missing, PIECE))

    def close(self):
        if self._missing:
            raise BackupFailed(f"a member of the archive lacks {self._missing} bytes")
        self._put(bytes(2 * BLOCK))

    def _put(self, content):
        try:
            self._sink.write(content)
        except OSError as problem:
            # Never to be taken for trouble with a file that is read.
            raise BackupFailed(f"the archive cannot be written: {problem.strerror or problem}") from None

    def _pad(self):
        if not self._missing:
            self._put(bytes(self._padding))
            self._padding = 0


def plain(name, size, moment=None):
    """The header of a member that is no file of a machine: root's, and for root alone."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(time.time() if moment is None else moment)
    return info


def member(tape, name, size, chunks, fill=None):
    """A member out of what `chunks` gives. What is missing of `size` in the end is filled up with the byte `fill`.
    Answers how many bytes came and their SHA-256, both without the filling. Raises BeginAnew where more come, or
    fewer and there is no `fill`."""
    tape.begin(plain(name, size))
    digest, count = hashlib.sha256(), 0
    for chunk in chunks:
        count += len(chunk)
        if count > size:
            raise BeginAnew(f"{name}: became larger than the {size} bytes that were counted for it")
        digest.update(chunk)
        tape.write(chunk)
    if count < size:
        if fill is None:
            raise BeginAnew(f"{name}: became {size - count} bytes smaller than was counted")
        tape.fill(fill)
    return count, digest.hexdigest()
