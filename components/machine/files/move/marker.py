"""What stops deliveries, backups and converges of a project while it moves: one file, written before the act."""

from ground import now, written

MARKER = "marker"
# What a marker says of this machine.
ROLES = ("frozen", "sealed", "moved", "target")


def mark(move, role, why=None):
    """From now on nobody starts what this stops. `why` ends the line that they are told: it names what ends it."""
    assert role in ROLES
    why = why or f"see and go on: berth migrate {move.slug} --status"
    before = marker(move)
    if before and (before["role"], before["why"]) == (role, why):
        return
    move.keep(MARKER, {"role": role, "since": written(now()), "why": why})


def marker(move):
    """What stands there: {role, since, why}; None where nothing is stopped."""
    return move.kept(MARKER)


def clear(move):
    move.drop(MARKER)
