"""Undoes a freeze at its deadline unless it was sealed, whatever became of who froze it: a unit of its own, which a
restart of the machine begins again."""

import fcntl
import os
import signal
import time

from ground import Failed, run, say, write
from moves import move_of

UNIT = "berth-watch-{}.service"
TEXT = """[Unit]
Description=Move of {0}: undoes a freeze at its deadline
After=docker.service
StartLimitIntervalSec=0
[Service]
ExecStart=/usr/local/sbin/berth-move watch {0}
Restart=on-failure
RestartSec=1
[Install]
WantedBy=multi-user.target
"""
FOLDER = "/etc/systemd/system"
# Seconds that a verb which is at work at the deadline has to come to an end of its own.
GRACE = 1.0


def begin(move):
    """It watches before anything is stopped. Raises Failed where it does not."""
    name = UNIT.format(move.slug)
    path = os.path.join(FOLDER, name)
    if not os.path.exists(path):
        write(path, TEXT.format(move.slug), 0o644)
        system("daemon-reload")
        system("enable", "--quiet", name)
    system("restart", name)


def end(move):
    """It watches nothing any more. Called by itself too, so it is not stopped: it ends with what it watches."""
    path = os.path.join(FOLDER, UNIT.format(move.slug))
    if os.path.exists(path):
        system("disable", "--quiet", UNIT.format(move.slug))
        os.remove(path)
        system("daemon-reload")


def watch(slug):
    import fence  # pylint: disable=import-outside-toplevel

    move = move_of(slug)
    while True:
        said = move.kept(fence.FILE)
        if not said or said["phase"] == fence.SEALED:
            return
        # A clock that was set back does not hold a freeze for ever.
        left = min(said["until"] - time.time(), fence.LONGEST)
        if left <= 0 or said["phase"] == fence.THAWING:
            break
        time.sleep(min(left, 0.2))
    with open(move.of("verb.lock"), "a", encoding="utf-8") as lock:
        take(move, lock, fence)
        said = move.kept(fence.FILE)
        if said and said["phase"] != fence.SEALED:
            say(f"the freeze of {slug} ended without a seal: it is undone")
            fence.thaw(move)


def take(move, lock, fence):
    """The lock of the verbs. Who froze and hangs is ended: it has the lock, and what it waits for may never come."""
    until = time.monotonic() + GRACE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError:
            pass
        if time.monotonic() > until:
            said = move.kept(fence.FILE)
            if said and said["phase"] == fence.FREEZING and freezes(said["pid"]):
                os.kill(said["pid"], signal.SIGKILL)
        time.sleep(0.05)


def freezes(pid):
    """Is it still the one that was written down?"""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return b"freeze" in file.read().split(b"\0")
    except OSError:
        return False


def system(*words):
    done = run(["systemctl", *words])
    if done.code != 0:
        raise Failed(f"systemctl {' '.join(words)}: {done.last()}")


