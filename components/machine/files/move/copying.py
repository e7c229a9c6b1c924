"""The base copy of another machine's server, made beside what is here and put into its place."""

import os
import shutil

import cluster
import following
from ground import Failed, Refused, run
from server import network


def beside(data):
    return f"{data}.berth-new"


def aside(data):
    """What the first delivery had made here, until the move ends."""
    return f"{data}.berth-aside"


def copy(move, server, offer):
    """A whole copy beside the data directory; one that was cut off begins anew."""
    new = beside(server.data)
    if os.path.isdir(new):
        shutil.rmtree(new)
    owner = os.stat(server.data)
    os.mkdir(new, 0o700)
    os.chown(new, owner.st_uid, owner.st_gid)
    name, address = network(server)
    passwords = move.of("passwords")
    draft(passwords, f"*:*:*:{offer['user']}:{offer['password']}\n", owner)
    to = following.settings(move, server, offer)["primary_conninfo"].split(" passfile=", maxsplit=1)[0]
    called = f"berth-copy-{move.slug}-{server.service}"
    command = ["docker", "run", "--rm", "--name", called, "--network", name, "--user", f"{owner.st_uid}:{owner.st_gid}"]
    command += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "-v", f"{new}:/copy", "-v", f"{passwords}:/passwords:ro", "-e", "PGPASSFILE=/passwords"]
    command += ["-e", f"TO={to} sslmode=disable", "-e", f"SLOT={offer['slot']}", "--entrypoint", "sh", server.container.image_id]
    command += ["-c", 'exec pg_basebackup --dbname="$TO" --slot="$SLOT" --pgdata=/copy --wal-method=stream --checkpoint=fast --no-password']
    run(["docker", "rm", "-f", called])
    try:
        done = run(command, seconds=24 * 3600)
    finally:
        os.remove(passwords)
    if done.code != 0:
        raise Failed(f"{server.service}: base copy from {address}: {done.last()}")
    control = cluster.Control(new)
    if control.system != offer["system"]:
        raise Failed(f"{server.service}: the copy is of server {control.system}, and offered was {offer['system']}")
    following.arm(move, server, new, offer)


def place(move, server):
    """The copy takes the place of what the first delivery made, which is kept aside."""
    policy = server.policy()
    if server.runs():
        server.restart("no")
        try:
            if not server.stop(60):
                raise Failed(f"{server.service}: the database that the first delivery made here does not stop")
        finally:
            server.restart(policy)
    if os.path.isdir(beside(server.data)):
        if os.path.isdir(server.data):
            away(server, move)
        os.rename(beside(server.data), server.data)
        cluster.settle(os.path.dirname(server.data))


def away(server, move):
    """What is there is kept once: a second copy, made since the first was too old, leaves nothing to keep."""
    if os.path.isdir(aside(server.data)):
        if cluster.Control(server.data).system != move.kept(following.FILE)[server.service]["system"]:
            raise Refused(f"{server.data}: something else was put aside before: {aside(server.data)}; move that away")
        shutil.rmtree(server.data)
    else:
        os.rename(server.data, aside(server.data))


def draft(path, text, owner):
    """A file that one account reads alone."""
    if os.path.lexists(path):
        os.remove(path)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        os.fchown(handle, owner.st_uid, owner.st_gid)


def lost(server):
    """Does the other machine no longer have what this copy lacks?"""
    said = run(["docker", "logs", "--tail", "50", server.container.id])
    return any(word in said.out + said.err for word in ("has already been removed", "can no longer get changes", "can no longer access", "has been invalidated"))


def end(mine, serves):
    """Of a copy and what was put aside for it, the one stays that may be written to."""
    data = mine["data"]
    if os.path.isdir(beside(data)):
        shutil.rmtree(beside(data))
    if not os.path.isdir(aside(data)):
        return
    if serves:
        shutil.rmtree(aside(data))
        return
    run(["docker", "update", "--restart=no", mine["container"]])
    run(["docker", "stop", "--time", "60", mine["container"]])
    if run(["docker", "inspect", "-f", "{{.State.Running}}", mine["container"]]).out.strip() == "true":
        raise Failed(f"{mine['container'][:12]}: the database that followed does not stop")
    if os.path.isdir(data):
        shutil.rmtree(data)
    os.rename(aside(data), data)
    cluster.settle(os.path.dirname(data))
