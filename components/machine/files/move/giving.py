"""The dumps of a frozen project, as they are made, to the other machine: through the move's tunnel, into no file."""

import hmac
import json
import secrets
import socketserver
import struct
import time

import kinds
import mongodb
import ports
import postgresql
import stillness
import units
from ground import Failed, Refused, Stop, say
from moves import move_of
from unordered import Rows

FILE = "giving.json"
LENGTH = struct.Struct("<I")
PIECE = 1 << 20
# A member ends here and is not whole; why follows.
BROKEN = 0xFFFFFFFF
# Seconds that a server apart may take to be up.
PATIENCE = 120
# Sequences by their values and large objects by their content, whatever the order of this server's texts is.
AT_REST = """SELECT pg_catalog.json_build_object(
  'sequences', (SELECT pg_catalog.md5(coalesce(pg_catalog.string_agg(pg_catalog.format('%I.%I=%s', schemaname, sequencename, last_value), ','
    ORDER BY schemaname COLLATE "C", sequencename COLLATE "C"), '')) FROM pg_catalog.pg_sequences),
  'objects', (SELECT pg_catalog.md5(coalesce(pg_catalog.string_agg(loid || ':' || pageno || ':' || pg_catalog.md5(data), ',' ORDER BY loid, pageno), ''))
    FROM pg_catalog.pg_largeobject));"""


class Frames:
    """Takes members as an archive does, in pieces whose size is told as they come. Each is announced before."""

    needs = False

    def __init__(self, sink):
        self.sink = sink

    def line(self, value):
        self.sink.write(json.dumps(value).encode() + b"\n")

    def announce(self, name, what):
        self.line({"member": name, **what})

    def member(self, name, size, chunks, fill=None):
        del name, size, fill
        count = 0
        try:
            for chunk in chunks:
                for at in range(0, len(chunk), PIECE):
                    piece = chunk[at : at + PIECE]
                    self.sink.write(LENGTH.pack(len(piece)))
                    self.sink.write(piece)
                count += len(chunk)
        except Exception:
            self.sink.write(LENGTH.pack(BROKEN))
            raise
        self.sink.write(LENGTH.pack(0))
        return count, ""


def offer(move):
    """How the other machine gets the dumps, once this one is frozen: {port, password}."""
    stillness.ready(move, stillness.find(move))
    kept = move.kept(FILE) or {"port": ports.port_of(move, "give"), "password": secrets.token_urlsafe(32)}
    move.keep(FILE, kept)
    units.ensure(move, "give", False)
    until = time.monotonic() + 15
    while not ports.answers("127.0.0.1", kept["port"]):
        if time.monotonic() > until:
            raise Failed(f"port {kept['port']} gives nothing: {units.last_words(move, 'give')}")
        time.sleep(0.1)
    return kept


def ports_of(move):
    kept = move.kept(FILE)
    return [kept["port"]] if kept else []


def gone(move):
    units.gone(move, "give")
    move.drop(FILE)


def serve(slug):
    """For as long as its service runs."""
    move = move_of(slug)
    kept = move.kept(FILE)
    if not kept:
        raise Refused(f"{slug}: nothing is given")
    with Server(("127.0.0.1", kept["port"]), move, kept["password"]) as server:
        server.serve_forever()


class Server(socketserver.ThreadingTCPServer):
    """One port of this machine's own address."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address, move, password):
        self.move, self.password = move, password
        super().__init__(address, Handler)


class Handler(socketserver.StreamRequestHandler):
    """One dump of everything. Who gives up half-way has nothing."""

    def handle(self):
        said = self.rfile.readline(1000).decode(errors="replace").strip()
        if not hmac.compare_digest(said.encode(), self.server.password.encode()):
            return
        frames = Frames(self.wfile)
        try:
            frames.line({"manifest": dumped(self.server.move, frames)})
        except Stop as problem:
            say(f"failed: {problem}")
            frames.line({"failed": str(problem)})
        except OSError as problem:
            say(f"failed: the other machine does not take it any more: {problem}")


def dumped(move, frames):
    """Writes all of it. Answers what it is: of which freeze, and what was counted."""
    freeze, found = stillness.readers(move)
    entries = []
    for container in found.values():
        if kinds.kind_of(container) == "postgres":
            entries.append(postgres(container, frames))
        else:
            entries.append(mongodb.Server(container).write(frames))
    return {"freeze": freeze, "databases": entries}


def postgres(container, frames):
    server = postgresql.Server(container)
    server.reader = Rows
    opened(server)
    try:
        entry = server.write(frames)
        for session, each in zip(server.sessions, entry["databases"]):
            each["atRest"] = json.loads("".join(session.ask(AT_REST)))
        return entry
    finally:
        server.close()


def opened(server):
    """Once it is up."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return server.open()
        except Failed:
            server.close()
            server.sessions = []
            if time.monotonic() > until:
                raise
        time.sleep(0.3)
