"""Undoes a freeze at its deadline unless it was sealed, whatever became of who froze it: a unit of its own, which a
restart of the machine begins again."""

import fcntl
import os
import signal
import time

import freezing
from frozen import FILE, FREEZING, HELD, SEALED, is_over
from ground import say
from moves import move_of

# Seconds that a verb which is at work at the deadline has to come to an end of its own.
GRACE = 1.0


def watch(slug):
    move = move_of(slug)
    # A clock that is set back meanwhile does not hold a freeze for longer than any may last.
    latest = time.monotonic() + freezing.databases_of(move).LONGEST
    while True:
        said = move.kept(FILE)
        if not said or said["phase"] == SEALED:
            return
        if is_over(said) or time.monotonic() >= latest:
            break
        time.sleep(0.2)
    with open(move.of("verb.lock"), "a", encoding="utf-8") as lock:
        take(move, lock)
        said = move.kept(FILE)
        if said and said["phase"] != SEALED:
            say(f"the freeze of {slug} ended without a seal: it is undone")
            freezing.thaw(move)


def take(move, lock):
    """The lock of the verbs. Who froze and hangs is ended: it has the lock, and what it waits for may never come."""
    until = time.monotonic() + GRACE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError:
            pass
        if time.monotonic() > until:
            said = move.kept(FILE)
            if said and said["phase"] in (FREEZING, HELD) and freezes(said["pid"]):
                os.kill(said["pid"], signal.SIGKILL)
        time.sleep(0.05)


def freezes(pid):
    """Is it still the one that was written down?"""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return not {b"hold", b"freeze", b"session"}.isdisjoint(file.read().split(b"\0"))
    except OSError:
        return False

