"""The application's HTTP side. On SIGTERM it takes no new request and ends those in flight."""

import hashlib
import html
import http.server
import json
import os
import pathlib
import re
import signal
import threading
import time
import uuid

import psycopg2

from . import websocket
from .database import migrate, schema, transaction

UPLOADS = pathlib.Path(os.environ.get("UPLOADS", "/uploads"))
VERSION = pathlib.Path("VERSION").read_text().strip()
LIMIT = 64 * 1024
NAME = re.compile(r"/uploads/([A-Za-z0-9][A-Za-z0-9._-]{0,99})")
GRACE = 15

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>__SLUG__</title>
<link rel="stylesheet" href="/static/style.css">
<h1>__SLUG__</h1>
<p>A row of the database: <b id="note">{note}</b></p>
<p>{writes} writes were accepted, and the worker wrote {beats} times.</p>
"""


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    # What an idle connection is kept for. Unit: seconds.
    timeout = 30

    def do_GET(self):
        with self.server.in_flight:
            self.answer(self.get)

    do_HEAD = do_GET

    def do_POST(self):
        with self.server.in_flight:
            self.answer(self.post)

    def do_PUT(self):
        with self.server.in_flight:
            self.answer(self.put)

    def answer(self, method):
        try:
            method()
        except psycopg2.Error as error:
            print(f"{self.command} {self.path}: {error}".strip())
            self.close_connection = True
            self.say(503, {"error": "the database does not answer"})

    def get(self):
        path = self.path.split("?")[0]
        upload = NAME.fullmatch(path)
        if path == "/":
            self.page()
        elif path == "/healthz":
            self.say(200, {"healthy": True, "schema": schema()})
        elif path == "/version":
            self.say(200, {"version": VERSION, "schema": schema()})
        elif path == "/writes":
            self.writes()
        elif path == "/echo" and self.headers.get("Upgrade", "").lower() == "websocket":
            self.echo()
        elif upload and (UPLOADS / upload[1]).is_file():
            self.file(UPLOADS / upload[1])
        else:
            self.say(404, {"error": "there is nothing here"})

    def page(self):
        with transaction() as cursor:
            cursor.execute(
                "SELECT (SELECT text FROM notes ORDER BY id DESC LIMIT 1),"
                " (SELECT count(*) FROM writes), (SELECT count(*) FROM beats)"
            )
            note, writes, beats = cursor.fetchone()
        text = PAGE.format(note=html.escape(note), writes=writes, beats=beats)
        self.send(200, "text/html; charset=utf-8", text.encode())

    def writes(self):
        with transaction() as cursor:
            cursor.execute(
                "SELECT count(*), coalesce(max(number), 0), coalesce(sum(times - 1), 0) FROM writes"
            )
            accepted, last, repeated = cursor.fetchone()
        self.say(200, {"accepted": accepted, "last": last, "repeated": int(repeated)})

    def post(self):
        body = self.body()
        if body is None:
            return
        if self.path != "/writes":
            self.say(404, {"error": "there is nothing here"})
            return
        key = self.headers.get("Idempotency-Key") or str(uuid.uuid4())
        with transaction() as cursor:
            cursor.execute(
                "INSERT INTO writes (key, body) VALUES (%s, %s)"
                " ON CONFLICT (key) DO UPDATE SET times = writes.times + 1"
                " RETURNING number, times",
                (key, body.decode("utf-8", "replace").replace("\0", "")),
            )
            number, times = cursor.fetchone()
        self.say(201 if times == 1 else 200, {"number": number, "times": times})

    def put(self):
        upload = NAME.fullmatch(self.path)
        length = self.length()
        if not upload or length is None:
            self.close_connection = True
            self.say(404 if not upload else 411, {"error": "name or length is missing"})
            return
        digest = hashlib.sha256()
        draft = UPLOADS / f".{uuid.uuid4()}"
        try:
            with draft.open("wb") as file:
                left = length
                while left > 0:
                    chunk = self.rfile.read(min(left, 1 << 16))
                    if not chunk:
                        raise ConnectionError("the upload was cut off")
                    digest.update(chunk)
                    file.write(chunk)
                    left -= len(chunk)
            # Whole, or not at all.
            draft.rename(UPLOADS / upload[1])
        finally:
            draft.unlink(missing_ok=True)
        self.say(201, {"bytes": length, "sha256": digest.hexdigest()})

    def file(self, path):
        with path.open("rb") as file:
            self.head(200, "application/octet-stream", path.stat().st_size)
            while self.command != "HEAD" and (chunk := file.read(1 << 16)):
                self.wfile.write(chunk)

    def echo(self):
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        key = self.headers.get("Sec-WebSocket-Key", "")
        self.send_header("Sec-WebSocket-Accept", websocket.accept(key))
        self.end_headers()
        self.close_connection = True
        # Would never end by itself: it is closed when the rest has ended.
        with self.server.in_flight.apart():
            websocket.echo(self.rfile, self.wfile)

    def length(self):
        text = self.headers.get("Content-Length", "")
        return int(text) if text.isdigit() else None

    def body(self):
        length = self.length()
        if length is None or length > LIMIT:
            self.close_connection = True
            self.say(411 if length is None else 413, {"error": f"allowed: {LIMIT} bytes"})
            return None
        return self.rfile.read(length)

    def say(self, status, value):
        self.send(status, "application/json", json.dumps(value).encode() + b"\n")

    def send(self, status, kind, body):
        self.head(status, kind, len(body))
        if self.command != "HEAD":
            self.wfile.write(body)

    def head(self, status, kind, length):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        if self.server.in_flight.ending:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, *_):
        """nginx keeps the log of requests."""


class InFlight:
    """Counts the requests that are being answered."""

    def __init__(self):
        self.ending = False
        self.count = 0
        self.lock = threading.Lock()

    def __enter__(self):
        with self.lock:
            self.count += 1

    def __exit__(self, *_):
        with self.lock:
            self.count -= 1

    def apart(self):
        """Leaves the one at work out of the count."""
        return Apart(self)


class Apart:
    """What an `InFlight` does, the other way round."""

    def __init__(self, of):
        self.of = of

    def __enter__(self):
        self.of.__exit__()

    def __exit__(self, *_):
        self.of.__enter__()


class Server(http.server.ThreadingHTTPServer):
    """A thread a connection; idle ones keep nobody from ending."""

    daemon_threads = True
    request_queue_size = 128
    in_flight = InFlight()


def main():
    migrate()
    server = Server(("", 8000), Handler)

    def stop(*_):
        server.in_flight.ending = True
        # Waits for the loop that this signal interrupts: in a thread of its own.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"version {VERSION} serves")
    server.serve_forever(poll_interval=0.1)
    server.socket.close()
    end = time.monotonic() + GRACE
    while server.in_flight.count > 0 and time.monotonic() < end:
        time.sleep(0.05)


if __name__ == "__main__":
    main()
