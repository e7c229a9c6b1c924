"""The files of a PostgreSQL server, read and written from outside its container: whether it ended cleanly and where,
and what makes it a server that nobody can write to."""

import os
import struct

from ground import Failed, Refused, write

# With this file in its data directory a server comes up read-only, whoever starts it and however, and no client can
# switch that off (since version 12).
STANDBY = "standby.signal"
SETTINGS = "postgresql.auto.conf"
# Beside what every version has in common, so much of its control file is read.
CONTROL = struct.Struct("<QIIi4xqQQI")
# pg_control_version of the versions 12 to 18, in which that part is the same.
VERSIONS = range(1201, 1900)
STATES = ("starting up", "shut down", "shut down in recovery", "shutting down", "in crash recovery", "in archive recovery", "in production")
CLEAN = "shut down"


class Control:
    """What a server wrote down of itself last. `position` is that of its last checkpoint: after a clean end, of the
    last thing that it wrote at all."""

    def __init__(self, data):
        with open(os.path.join(data, "global", "pg_control"), "rb") as file:
            said = CONTROL.unpack(file.read(CONTROL.size))
        system, version, _, state, _, checkpoint, _, timeline = said
        if version not in VERSIONS:
            raise Refused(f"{data}: its control file is of version {version}, which this program does not know")
        self.system = str(system)
        self.state = STATES[state]
        self.position = position(checkpoint)
        self.timeline = timeline


def position(number):
    """A place in the write-ahead log, as PostgreSQL writes it."""
    return f"{number >> 32:X}/{number & 0xFFFFFFFF:X}"


def number(text):
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def outside(container, path):
    """Where a path of a container is on this machine. Refuses one that is in no volume: it would not outlive the
    container."""
    best = None
    for mount in container.mounts:
        there = mount["Destination"].rstrip("/")
        if (path == there or path.startswith(f"{there}/")) and (best is None or len(there) > len(best[0])):
            best = (there, mount["Source"], mount.get("Elsewhere"))
    if best is None:
        raise Refused(f"{container.service}: {path} is in no volume of it; give it one")
    if best[2]:
        raise Refused(f"{container.service}: {path} is on {best[2]}, which is there only while the container runs; mount that on the machine, and a directory of it as the volume")
    found = best[1] + path[len(best[0]) :]
    # A link that the database laid there leads root anywhere.
    if os.path.realpath(found) != found:
        raise Refused(f"{container.service}: {found}: leads over a link")
    return found


def is_fenced(data):
    return os.path.lexists(os.path.join(data, STANDBY))


def fence(data):
    """Whoever starts the server from now on gets one that is read-only."""
    if is_fenced(data):
        return
    like(data, STANDBY, "")


def unfence(data):
    if is_fenced(data):
        os.remove(os.path.join(data, STANDBY))
        settle(data)


def like(data, name, text):
    """A file of the data directory, which belongs to who owns that."""
    path = os.path.join(data, name)
    write(path, text)
    owner = os.stat(data)
    os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
    settle(data)


def settle(directory):
    """What was made or removed in it is so after a loss of power too."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def follows(data, lines):
    """Does it follow by these settings?"""
    there = settings(data)
    return is_fenced(data) and all(f"{name} = '{value}'" in there for name, value in lines.items())


def set_follows(data, lines):
    """Whom the server follows once it starts: settings that stand last in the file of those that it keeps itself."""
    # One that served and waited for another waits for nobody now.
    kept = [line for line in settings(data) if line.split("=")[0].strip() not in lines and "berth_move_sync" not in line]
    said = [f"{name} = '{value}'" for name, value in lines.items()]
    like(data, SETTINGS, "".join(f"{line}\n" for line in kept + said))


def settings(data):
    path = os.path.join(data, SETTINGS)
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), encoding="utf-8", errors="surrogateescape") as file:
        return file.read().splitlines()


def ended(data):
    """The control of a server that does not run. Raises Failed where it did not end cleanly."""
    control = Control(data)
    if control.state != CLEAN:
        raise Failed(f"{data}: the database did not end cleanly, it is {control.state!r}")
    return control
