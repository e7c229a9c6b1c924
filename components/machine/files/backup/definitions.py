"""What a dump defines, so that what a load lost of it is found whatever it is: a privilege, a policy, an owner."""

import collections

from copied import Copied
from postgresql import PROPERTIES

ENTRY = b"-- Name: "
WRITER = b"-- Dumped by pg_dump version "
GRANTS = (b"GRANT ", b"REVOKE ")
OWN = PROPERTIES.strip().encode().split(b"\n")[1]
# Entries of a dump's data, which is compared by itself.
DATA = (b"; Type: SEQUENCE SET;", b"; Type: BLOB", b"; Type: MATERIALIZED VIEW DATA;", b"; Type: STATISTICS DATA;", b"-- Name: LARGE OBJECT", b"LARGE OBJECT ")
SHOWN = 200


class Definitions(Copied):
    """Of a dump as it passes: the line that each entry begins with (kind, name, schema, owner), each privilege, and what
    the database has itself. How an expression is spelled is none of it: a load may spell it anew."""

    def __init__(self):
        super().__init__()
        self.lines, self.writer, self._own = collections.Counter(), None, False

    def statement(self, line):
        if line.startswith(WRITER):
            self.writer = line
        elif line == OWN:
            self._own = True
        elif self._own or line.startswith(GRANTS) or line.startswith(ENTRY):
            if line.strip(b"-") and not any(each in line for each in DATA):
                self.lines[line] += 1

    def own(self, lines):
        """What properties.sql answered."""
        self.lines.update(line.encode() for line in lines)

    def lost(self, there):
        """What the other lacks of it, as people read it. A dump by another version of pg_dump says nothing of that."""
        if self.writer != there.writer:
            return []
        missing = self.lines - there.lines
        return sorted(line.decode("utf-8", "replace").removeprefix("-- Name: ")[:SHOWN] for line in missing)
