"""Reads a plain dump of PostgreSQL as it passes: how many rows of each table are in it, and their checksum."""

import hashlib
import re

ANNOUNCED = b"-- Data for Name: "
NAME = rb'(?:"(?:[^"]|"")*"|[^". ]+)'
HEAD = re.compile(rb"COPY (%b\.%b) (?:\(.*\) | ?)FROM stdin;" % (NAME, NAME), re.DOTALL)
END = b"\n\\.\n"
# A longer line is no head of a block, and is not kept to be looked at.
LONGEST = 1 << 20


class Copied:
    """`feed` takes the dump piece by piece; `tables` then has {name as spelled there: (rows, sha256)} of each block."""

    # What rows are compared by.
    digest = staticmethod(hashlib.sha256)

    def __init__(self):
        self.tables = {}
        self._rest = b""
        # Of the block that is being read.
        self._name, self._rows, self._digest, self._fresh = None, 0, None, False
        # A dump tells of a block before its head: the same words within a function's text are none.
        self._announced = False
        # The lines of a head that has come in part: names may hold line ends.
        self._head = b""
        # Within a line that is too long.
        self._within = False

    def feed(self, chunk):
        data, more = self._rest + chunk, True
        while more:
            data, more = (self._statements if self._name is None else self._block)(data)
        self._rest = data

    def _statements(self, data):
        """Looks at whole lines until a block begins. Answers what is left, and whether to go on with it."""
        at = 0
        while (end := data.find(b"\n", at)) >= 0:
            line, at = data[at:end], end + 1
            if self._within:
                self._within = False
                continue
            if line.startswith(ANNOUNCED):
                self._announced, self._head = True, b""
            elif self._announced and (self._head or line.startswith(b"COPY ")):
                line = self._head + line
                found = HEAD.fullmatch(line)
                self._announced = found is None and len(line) < LONGEST
                self._head = line + b"\n" if self._announced else b""
                if found is None:
                    continue
                self._name = found.group(1).decode("utf-8", "replace")
                self._rows, self._digest, self._fresh = 0, self.digest(), True
                # The end of an empty block is a line of its own too.
                return b"\n" + data[at:], True
            else:
                self.statement(line)
        rest = data[at:]
        if len(rest) > LONGEST:
            self._within, rest = True, b""
        return rest, False

    def statement(self, line):
        """A line that is no row and begins none: for who wants to know of it."""

    def _block(self, data):
        """Takes rows, to the line that ends them."""
        end = data.find(END)
        if end < 0:
            # The last bytes may be a part of the end.
            keep = max(0, len(data) - len(END) + 1)
            self._take(data[:keep])
            return data[keep:], False
        self._take(data[: end + 1])
        self.tables[self._name] = (self._rows, self._digest.hexdigest())
        self._name = None
        return data[end + len(END) :], True

    def _take(self, rows):
        if self._fresh and rows:
            # The line break before the first row is the head's.
            rows, self._fresh = rows[1:], False
        self._digest.update(rows)
        self._rows += rows.count(b"\n")
