"""Undoes a freeze at its deadline unless it was sealed, whatever became of who froze it: a unit of its own, which a
restart of the machine begins again."""

import fcntl
import os
import signal
import time

import units
from ground import say
from moves import move_of

# Seconds that a verb which is at work at the deadline has to come to an end of its own.
GRACE = 1.0


def begin(move, anew):
    """It watches before anything is stopped, `anew`: with the deadline that was just written. Raises Failed where it does
    not."""
    units.ensure(move, "watch", anew)


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
            if said and said["phase"] in (fence.FREEZING, fence.HELD) and freezes(said["pid"]):
                os.kill(said["pid"], signal.SIGKILL)
        time.sleep(0.05)


def freezes(pid):
    """Is it still the one that was written down?"""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return not {b"hold", b"freeze", b"session"}.isdisjoint(file.read().split(b"\0"))
    except OSError:
        return False

