"""A WebSocket that says back what it is told (RFC 6455); frames up to 64 KiB."""

import base64
import hashlib
import struct

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
LIMIT = 65536
CLOSE, PING, PONG = 8, 9, 10


def accept(key):
    """What proves to the client that its request was understood."""
    return base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest()).decode()


def echo(reader, writer):
    """Answers frame by frame until the client closes."""
    while True:
        head = reader.read(2)
        if len(head) < 2:
            return
        kind, length = head[0] & 15, head[1] & 127
        if length == 126:
            length = struct.unpack("!H", reader.read(2))[0]
        # Clients mask what they send, always.
        if length > LIMIT or not head[1] & 128:
            return
        mask = reader.read(4)
        body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(reader.read(length)))
        if kind != PONG:
            answer = PONG if kind == PING else kind
            size = bytes([length]) if length < 126 else struct.pack("!BH", 126, length)
            writer.write(bytes([head[0] & 0xF0 | answer]) + size + body)
            writer.flush()
        if kind == CLOSE:
            return
