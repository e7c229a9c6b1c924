"""Writes lrzip's format 0.6 as a stream (R31).

lrzip itself never streams: it keeps the archive in memory or in a temporary file until its end. What is written here
opens with every `lrzip -d` of format 0.6, in little memory, and by `unpack.py`: chunks whose content is deflated as it
is, without the search for matches over long distances that makes lrzip slow.
"""

import collections
import concurrent.futures
import hashlib
import struct
import zlib

from unpack import DEFLATED, HEAD, LARGEST_CHUNK, MAGIC, STORED, WIDTH, operations

CHUNK = 2 << 20
# Chunks that are packed at once. Python packs without its lock, so a second core takes its share.
WORKERS = 2
# Of a chunk so many pieces of so many bytes tell whether the whole is worth packing: pictures are not.
SAMPLES, SAMPLE = 8, 16 << 10
WORTH = 0.97


class Writer:
    """An archive that is written to `sink` (anything with `write`) as its content comes. Holds about six times `chunk`
    bytes. What was written is no archive before `close`."""

    def __init__(self, sink, chunk=CHUNK, level=1):
        if not 0 < chunk <= LARGEST_CHUNK:
            raise ValueError(f"chunks of {chunk} bytes; allowed: 1 to {LARGEST_CHUNK}")
        self._sink, self._chunk, self._level = sink, chunk, level
        self._buffer = bytearray()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._pool = concurrent.futures.ThreadPoolExecutor(WORKERS)
        self._packing = collections.deque()
        self._sink.write(MAGIC)

    def write(self, content):
        content = memoryview(content)
        while content:
            # A full chunk waits for more: the last one of an archive says that it is the last.
            if len(self._buffer) == self._chunk:
                self._flush(last=0)
            room = self._chunk - len(self._buffer)
            self._buffer += content[:room]
            content = content[room:]

    def close(self):
        """Ends the archive; the sink stays open."""
        self._flush(last=1)
        while self._packing:
            self._sink.write(self._packing.popleft().result())
        self._pool.shutdown()
        self._sink.write(self._md5.digest())

    def _flush(self, last):
        content = bytes(self._buffer)
        self._buffer.clear()
        self._packing.append(self._pool.submit(_packed, content, last, self._level))
        self._md5.update(content)
        while len(self._packing) > WORKERS:
            self._sink.write(self._packing.popleft().result())


def _packed(content, last, level):
    """One chunk of the archive."""
    ops = _block(operations(content), level)
    head = struct.pack("<BBI", WIDTH, last, len(content))
    # Where the first block of each stream is; an empty chunk has none in its second.
    streams = HEAD.pack(STORED, 0, 0, 2 * HEAD.size)
    streams += HEAD.pack(STORED, 0, 0, 2 * HEAD.size + len(ops) if content else 0)
    return head + streams + ops + (_block(content, level) if content else b"")


def _block(content, level):
    """A block of a stream that has no other in its chunk; what does not shrink is stored."""
    if _shrinks(content, level):
        packed = zlib.compress(content, level)
        if len(packed) < len(content):
            return HEAD.pack(DEFLATED, len(packed), len(content), 0) + packed
    return HEAD.pack(STORED, len(content), len(content), 0) + content


def _shrinks(content, level):
    if len(content) <= 2 * SAMPLES * SAMPLE:
        return True
    step = len(content) // SAMPLES
    pieces = b"".join(content[at : at + SAMPLE] for at in range(0, step * SAMPLES, step))
    return len(zlib.compress(pieces, level)) < WORTH * len(pieces)
