"""A project that moves to another machine, or has moved, is not delivered here meanwhile: see the program berth-move."""

import os
import time

from ground import Refused, read_json, say

# What a move passes through within minutes, back to serving here or on to the other machine.
PASSING = ("frozen", "sealed")


def marker_of(site):
    return os.path.join(site.places.moves, "marker")


def wait(site, seconds=900):
    """For a job, whose failure somebody would have to see and start again: waits for the end of a freeze. Refuses where
    the project serves elsewhere afterwards, with what leads the job there."""
    until = time.monotonic() + seconds
    waits = False
    while (role := read_json(marker_of(site), {}).get("role")) in PASSING and time.monotonic() < until:
        if not waits:
            say(f"waits: the move of {site.slug} has this machine {role}; the delivery begins when that is over")
        waits = True
        time.sleep(1)
    if role == "moved":
        raise Refused(
            f"{site.slug}: has moved to another machine, and this job delivers here still; "
            "write and load its jobs anew (berth jobs --write), and start it again"
        )


def refuse(site):
    """Refuses what would start or exchange anything while a move stops it, with what ends that."""
    path = marker_of(site)
    if os.path.exists(path):
        said = read_json(path, {})
        raise Refused(
            f"{site.slug}: its move has this machine {said.get('role', 'stopped')} since {said.get('since', '?')}; "
            f"{said.get('why', 'see: berth-move status')}"
        )
