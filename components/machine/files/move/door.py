"""The line of a server's pg_hba.conf that lets the other machine follow it, and nothing else."""

import os

import cluster
from ground import Refused, write
from server import ROLE, network

BEGIN, END = "# Berth moves this project: begin", "# Berth moves this project: end"


def open_to(server, hba):
    """The relay comes from this machine's address in the network of the server's container."""
    _, address = network(server)
    put(server, hba, [BEGIN, f"host replication {ROLE} {address}/{128 if ':' in address else 32} scram-sha-256", END])


def close(server, hba):
    put(server, hba, [])


def put(server, hba, block):
    """The block stands first: the first line that fits decides."""
    path = cluster.outside(server.container, hba)
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), encoding="utf-8", errors="surrogateescape") as file:
            before = file.read()
        owner = os.stat(path)
    except OSError as problem:
        raise Refused(f"{server.service}: {hba} is not read: {problem.strerror}") from None
    after = "".join(f"{line}\n" for line in [*block, *without(before.splitlines())])
    if after == before:
        return
    if any(each["Source"] == path for each in server.container.mounts):
        # The container has this very file, and not its name: another one in its place is none of it.
        with open(os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_TRUNC), "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(after)
    else:
        write(path, after, owner.st_mode & 0o777)
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
    server.ask("SELECT pg_catalog.pg_reload_conf()")


def without(lines):
    inside = False
    for line in lines:
        if line == BEGIN:
            inside = True
        if not inside:
            yield line
        if line == END:
            inside = False
