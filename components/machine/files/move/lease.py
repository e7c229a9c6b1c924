"""Who moves a project: one run of the command at a time, for as long as it says so again and again."""

import time

from ground import Refused, now, written

LEASE = "lease.json"
# Seconds after the last word of a run in which no other one may begin.
HELD = 60


def lock(move, by, run):
    """Takes the lease, or holds it longer. Refuses with who has it."""
    lease = move.kept(LEASE)
    if lease and lease["run"] != run and lives(lease):
        problem = Refused(f"{move.slug}: {lease['by']} moves it since {lease['since']}; wait for {HELD} s after that command ended, or see: berth-move status {move.slug}")
        problem.answer = told(lease)
        raise problem
    since = lease["since"] if lease and lease["run"] == run else written(now())
    lease = {"by": by[:100], "run": run[:100], "since": since, "until": time.time() + HELD}
    move.keep(LEASE, lease)
    return {**told(lease), "mine": True}


def unlock(move):
    move.drop(LEASE)
    return {"by": None}


def lives(lease):
    """A clock that was set back does not hold a lease for ever."""
    return time.time() < lease["until"] <= time.time() + HELD


def told(lease):
    return {"by": lease["by"], "run": lease["run"], "since": lease["since"], "until": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(lease["until"]))}
