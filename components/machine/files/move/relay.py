"""Leads from a port of this machine's own address into a container of the project, wherever its address is now: that
changes with each start, and what a key of the other machine may reach must not."""

import socket
import socketserver
import threading
import time

import engine
import ports
import units
from ground import Failed, Refused, say
from moves import move_of

FILE = "relays.json"


def ensure(move, service, port):
    """A port of 127.0.0.1 that leads to a port of a service's container; the same at each call."""
    own = ports.port_of(move, f"relay {service}:{port}")
    relays = move.kept(FILE, {})
    wanted = {**relays, str(own): {"service": service, "port": port}}
    if wanted != relays:
        move.keep(FILE, wanted)
    units.ensure(move, "relay", wanted != relays)
    until = time.monotonic() + 15
    while not ports.answers("127.0.0.1", own):
        if time.monotonic() > until:
            raise Failed(f"port {own} does not lead to {service}: {units.last_words(move, 'relay')}")
        time.sleep(0.1)
    return own


def gone(move):
    units.gone(move, "relay")
    move.drop(FILE)


def address_of(project, service):
    """Where a service's container is now."""
    running = [each for each in engine.described(project) if is_service(each["Config"]["Labels"] or {}, service) and each["State"]["Running"]]
    if not running:
        raise Failed(f"{service}: does not run")
    networks = running[0]["NetworkSettings"]["Networks"]
    found = [each["IPAddress"] for each in networks.values() if each.get("IPAddress")]
    if not found:
        raise Failed(f"{service}: has no address of its own")
    return found[0]


def is_service(labels, service):
    return labels.get("com.docker.compose.service") == service and labels.get("com.docker.compose.oneoff") != "True"


def serve(slug):
    """For as long as its service runs."""
    move = move_of(slug)
    relays = move.kept(FILE, {})
    if not relays:
        raise Refused(f"{slug}: nothing is relayed")
    servers = [Server(("127.0.0.1", int(own)), move, to) for own, to in relays.items()]
    for each in servers[1:]:
        threading.Thread(target=each.serve_forever, daemon=True).start()
    servers[0].serve_forever()


class Server(socketserver.ThreadingTCPServer):
    """One port."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address, move, to):
        self.move, self.to = move, to
        super().__init__(address, Handler)


class Handler(socketserver.BaseRequestHandler):
    """One connection, both ways to their ends."""

    def handle(self):
        to = self.server.to
        try:
            there = socket.create_connection((address_of(self.server.move.compose(), to["service"]), to["port"]), timeout=10)
        except (Failed, Refused, OSError) as problem:
            say(f"{to['service']}: {problem}")
            return
        with there:
            # The other end is asked now and then whether it lives: a standby holds its connection for days.
            for each in (there, self.request):
                each.settimeout(None)
                each.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            back = threading.Thread(target=pour, args=(there, self.request), daemon=True)
            back.start()
            pour(self.request, there)
            back.join()


def pour(source, sink):
    """Everything, and then its end."""
    buffer = bytearray(1 << 18)
    view = memoryview(buffer)
    try:
        while size := source.recv_into(buffer):
            sink.sendall(view[:size])
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
