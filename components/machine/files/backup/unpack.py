"""Unpacks a backup's archive: `python3 unpack.py [--most BYTES] < x.tar.lrz > x.tar`.

It stands alone, since it is also handed as text to an interpreter in a container that has nothing else. It reads
what `lrz.py` writes, the part of lrzip's format 0.6 that can be read as a stream: chunks without matches, stored or
deflated. Each chunk is passed on once its checksum was verified, in memory that does not grow. Whoever reads the
output believes it only when the exit status is 0: that alone says that the archive is whole to its end.
Exit status: 0 whole, 65 no archive of this kind, cut off or altered, 141 nobody reads the output.
"""

import hashlib
import struct
import sys
import zlib

# What a backup's archive begins with: format 0.6, of a size that is not known beforehand, with an MD5 at its end.
MAGIC = b"LRZI\x00\x06" + bytes(10) + bytes(5) + b"\x01" + bytes(2)
# How many bytes a number takes in what follows.
WIDTH = 4
STORED, DEFLATED = 3, 7
# No chunk is larger: what unpacks one needs about three times that.
LARGEST_CHUNK = 64 << 20
# The most that one literal of the first stream may bring of the second.
LITERAL = 0xFFFF

HEAD = struct.Struct("<BIII")


class Damaged(Exception):
    """No archive of this kind, or one that was cut off or altered."""


def read_chunks(source, most=None):
    """The content of an archive, a verified piece at a time. Raises Damaged, also where more than `most` bytes come."""
    take = _Taker(source)
    first = take(len(MAGIC))
    if first[: len(b"age-encryption.org/")] == b"age-encryption.org/":
        raise Damaged("is encrypted; decrypt it first: age -d -i KEYFILE")
    if first[:4] != MAGIC[:4]:
        raise Damaged("is no lrzip archive")
    if first != MAGIC:
        raise Damaged("is an lrzip archive that no backup made; unpack it by lrzip -d")
    total, last, md5 = 0, 0, hashlib.md5(usedforsecurity=False)
    while not last:
        last, content = _chunk(take)
        total += len(content)
        if most is not None and total > most:
            raise Damaged(f"holds more than {most} bytes")
        md5.update(content)
        if last:
            if take(md5.digest_size) != md5.digest():
                raise Damaged("is altered: its content has another MD5")
            if source.read(1):
                raise Damaged("goes on behind its end")
        if content:
            yield content


class _Taker:
    """Takes exactly so many bytes, or says that the archive is cut off."""

    def __init__(self, source):
        self.source, self.at = source, 0

    def __call__(self, length):
        parts, missing = [], length
        while missing:
            part = self.source.read(missing)
            if not part:
                raise Damaged(f"is cut off after {self.at} bytes")
            parts.append(part)
            missing -= len(part)
            self.at += len(part)
        return b"".join(parts)


def _chunk(take):
    """One chunk: whether it is the last, and its content."""
    width, last = take(2)
    if width != WIDTH or last > 1:
        raise Damaged(f"is altered before byte {take.at}")
    (size,) = struct.unpack("<I", take(WIDTH))
    if size > LARGEST_CHUNK:
        raise Damaged(f"holds a chunk of {size} bytes, which no backup writes")
    # Two heads that hold nothing but where the first block of each stream is: counted from the first of them.
    begun = take.at
    for expected in (HEAD.size * 2, None):
        kind, length, full, following = HEAD.unpack(take(HEAD.size))
        if (kind, length, full) != (STORED, 0, 0) or expected not in (None, following):
            raise Damaged(f"is altered before byte {take.at}")
    ops = _block(take, size // LITERAL * 3 + 16)
    if following != (take.at - begun if size else 0):
        raise Damaged(f"is altered before byte {take.at}")
    content = _block(take, size) if size else b""
    if ops != operations(content) or len(content) != size:
        raise Damaged(f"is altered before byte {take.at}")
    return last, content


def _block(take, most):
    """One block of a stream, which is that stream's only one in the chunk."""
    kind, length, full, following = HEAD.unpack(take(HEAD.size))
    if following or kind not in (STORED, DEFLATED) or full > most or length > full:
        raise Damaged(f"is altered before byte {take.at}")
    packed = take(length)
    if kind == STORED:
        content = packed
    else:
        inflate = zlib.decompressobj()
        try:
            content = inflate.decompress(packed, full + 1)
        except zlib.error:
            raise Damaged(f"is altered before byte {take.at}") from None
        if not inflate.eof or inflate.unused_data:
            raise Damaged(f"is altered before byte {take.at}")
    if len(content) != full:
        raise Damaged(f"is altered before byte {take.at}")
    return content


def operations(content):
    """The first stream of a chunk: its content as literals of the second stream, an end, and the CRC32 of it all."""
    whole, rest = divmod(len(content), LITERAL)
    literals = struct.pack("<BH", 0, LITERAL) * whole
    if rest:
        literals += struct.pack("<BH", 0, rest)
    return literals + struct.pack("<BHI", 0, 0, zlib.crc32(content))


def main(words):
    most = None
    if words:
        if len(words) != 2 or words[0] != "--most" or not words[1].isdigit():
            print("unpack.py [--most BYTES] < ARCHIVE > TAR", file=sys.stderr)
            return 64
        most = int(words[1])
    try:
        for content in read_chunks(sys.stdin.buffer, most):
            sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except Damaged as problem:
        print(f"the archive {problem}", file=sys.stderr)
        return 65
    except BrokenPipeError:
        sys.stderr.close()
        return 141
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
