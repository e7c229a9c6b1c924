"""Rows of a dump by a checksum that their order does not change: two servers keep the same rows in another one."""

import hashlib

from copied import Copied


class Lines:
    """The sum of the SHA-256 of each line."""

    def __init__(self):
        self._sum, self._rest = 0, b""

    def update(self, content):
        *lines, self._rest = (self._rest + content).split(b"\n")
        for line in lines:
            self._sum += int.from_bytes(hashlib.sha256(line).digest(), "big")

    def hexdigest(self):
        return f"{self._sum % (1 << 256):064x}"


class Rows(Copied):
    """Like `Copied`, by `Lines`."""

    digest = Lines
