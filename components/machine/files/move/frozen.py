"""What is kept of a freeze, from its first act to its last."""

import time

FILE = "fence.json"
# `freezing` may have stopped some of it, `held` has stopped all but databases, `thawing` may have started some of it.
FREEZING, HELD, FROZEN, SEALED, THAWING = "freezing", "held", "frozen", "sealed", "thawing"


def moment(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def is_over(said):
    """Is it undone, or to be?"""
    return said["phase"] == THAWING or time.time() >= said["until"]
