"""Reads what mongodump writes as it passes: of which server it is, and how many documents of each collection are in it."""

import hashlib
import json
import struct

MAGIC = 0x8199E26D
END = 0xFFFFFFFF
SIZE = struct.Struct("<I")
# The longest that a document may be, with what MongoDB adds to it.
LONGEST = 17 << 20
# Databases of the server itself: how it is set up, and who logs in.
OWN = ("admin", "config", "local")
# What holds the documents of a time series.
BUCKETS = "system.buckets."


class Unreadable(Exception):
    """Nothing that mongodump writes."""


class Collection:
    """One of an archive. `checksum` is that of its documents in any order: the sum of their SHA-256."""

    def __init__(self, indexes):
        self.indexes, self.documents, self.ended, self._sum = indexes, 0, False, 0

    def take(self, document):
        self.documents += 1
        self._sum += int.from_bytes(hashlib.sha256(document).digest(), "big")

    @property
    def checksum(self):
        return f"{self._sum % (1 << 256):064x}"


class MongoArchive:
    """`feed` takes it piece by piece; `server` then is the version of the server that was dumped, and `collections`
    what is in it by (database, name). Raises Unreadable for what is no such archive."""

    def __init__(self):
        self.server, self.collections = None, {}
        self._rest, self._take, self._current = b"", self._magic, None

    def feed(self, chunk):
        data, at = self._rest + chunk, 0
        while len(data) - at >= SIZE.size:
            (size,) = SIZE.unpack_from(data, at)
            if self._take == self._magic or size == END:
                length = SIZE.size
            elif SIZE.size < size <= LONGEST:
                length = size
            else:
                raise Unreadable(f"a document of {size} bytes")
            if len(data) - at < length:
                break
            self._take(size, data[at : at + length])
            at += length
        self._rest = data[at:]

    def unfinished(self):
        """What was cut off, by its name: what lacks its end, or the archive where that ends within something."""
        if self._take != self._head or self._rest or self.server is None:
            return ["the archive"]
        return [".".join(name) for name, each in self.collections.items() if not each.ended]

    def _magic(self, word, _):
        if word != MAGIC:
            raise Unreadable("it does not begin as one")
        self._take = self._prelude

    def _prelude(self, size, document):
        if size == END:
            self._take = self._head
        elif self.server is None:
            self.server = fields(document).get("server_version") or "unknown"
        else:
            said = fields(document)
            described = json.loads(said.get("metadata") or "{}")
            collection = Collection(sorted(each["name"] for each in described.get("indexes") or []))
            # A view is a query that is kept: it has no documents of its own.
            collection.ended = said.get("type") == "view"
            self.collections[(said["db"], said["collection"])] = collection

    def _head(self, _, document):
        said = fields(document)
        name = (said["db"], said["collection"].removeprefix(BUCKETS))
        if name not in self.collections:
            raise Unreadable(f"it tells nothing of {'.'.join(name)}")
        self._current = self.collections[name]
        self._current.ended = self._current.ended or bool(said.get("EOF"))
        self._take = self._documents

    def _documents(self, size, document):
        if size == END:
            self._take = self._head
        else:
            self._current.take(document)


def fields(document):
    """Texts, numbers and truths of a flat document (BSON)."""
    found, at = {}, SIZE.size
    while (kind := document[at]) != 0:
        end = document.index(0, at + 1)
        name, at = document[at + 1 : end].decode(), end + 1
        if kind == 0x02:
            (size,) = SIZE.unpack_from(document, at)
            found[name] = document[at + SIZE.size : at + SIZE.size + size - 1].decode()
            at += SIZE.size + size
        elif kind == 0x08:
            found[name], at = bool(document[at]), at + 1
        elif kind == 0x10:
            found[name], at = SIZE.unpack_from(document, at)[0], at + 4
        elif kind in (0x01, 0x12):
            at += 8
        else:
            raise Unreadable(f"a head with a field of kind {kind}")
    return found


def told(read):
    """Collections as the manifest tells of them."""
    return [
        {"database": database, "name": name, "documents": each.documents, "sha256": each.checksum, "indexes": each.indexes}
        for (database, name), each in sorted(read.collections.items())
    ]


def compared(declared, read):
    """What of the declared collections is not there, a line each. What the server has for itself is not compared."""
    wrong = []
    for each in declared:
        if each["database"] in OWN:
            continue
        name = f"{each['database']}.{each['name']}"
        there = read.collections.get((each["database"], each["name"]))
        if there is None:
            wrong.append(f"the collection {name} is missing")
            continue
        if there.documents != each["documents"]:
            wrong.append(f"{name} has {there.documents} of {each['documents']} documents")
        elif there.checksum != each["sha256"]:
            wrong.append(f"{name}: its {there.documents} documents are not those that were dumped")
        lacking = sorted(set(each["indexes"]) - set(there.indexes))
        if lacking:
            wrong.append(f"{name} lacks the index {', '.join(lacking)}")
    return wrong
