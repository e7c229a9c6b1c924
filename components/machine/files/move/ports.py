"""Ports of this machine's own address that a move has: one for each purpose, the same for as long as it lasts."""

import os
import socket

from ground import Failed, read_json

FILE = "ports.json"
# Below what the kernel gives to connections by itself, and above what projects of the manual have.
FIRST, LAST = 20_100, 20_999


def port_of(move, purpose):
    """The port of a purpose, which is chosen when it is first asked for."""
    ports = move.kept(FILE, {})
    if purpose in ports:
        return ports[purpose]
    taken = set(ports.values()) | others(move)
    for port in range(FIRST, LAST + 1):
        if port not in taken and is_free(port):
            move.keep(FILE, {**ports, purpose: port})
            return port
    raise Failed(f"no port from {FIRST} to {LAST} is free")


def others(move):
    """What other moves of this machine have."""
    folder = os.path.dirname(move.state)
    found = set()
    for slug in os.listdir(folder) if os.path.isdir(folder) else []:
        found |= set(read_json(os.path.join(folder, slug, FILE), {}).values())
    return found


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
            return True
        except OSError:
            return False


def answers(address, port):
    """Does anything take connections there?"""
    try:
        with socket.create_connection((address, port), timeout=2):
            return True
    except OSError:
        return False
