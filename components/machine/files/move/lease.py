"""Who moves a project: one run of the command at a time, for as long as it says so again and again."""

import time

from ground import Refused, now, written

LEASE, LOCK = "lease.json", "lease.lock"
# Seconds after the last word of a run in which no other one may begin.
HELD = 60


def lock(move, by, run):
    """Takes the lease, or holds it longer. Refuses with who has it."""
    with move.alone(LOCK):
        lease = move.kept(LEASE)
        if lease and lease["run"] != run and lives(lease):
            problem = Refused(f"{move.slug}: {lease['by']} moves it since {lease['since']}; wait until that command has ended, {HELD} s at most after it was killed")
            problem.answer = told(lease)
            raise problem
        since = lease["since"] if lease and lease["run"] == run else written(now())
        lease = {"by": by, "run": run, "since": since, "until": time.time() + HELD}
        move.keep(LEASE, lease)
        return {**told(lease), "mine": True}


def unlock(move, run):
    """Gives back the lease of this run alone."""
    with move.alone(LOCK):
        lease = move.kept(LEASE)
        if lease and lease["run"] == run:
            move.drop(LEASE)
            lease = None
        return told(lease) if lease and lives(lease) else {"by": None}


def lives(lease):
    """A clock that was set back does not hold a lease for ever."""
    return time.time() < lease["until"] <= time.time() + HELD


def told(lease):
    return {"by": lease["by"], "run": lease["run"], "since": lease["since"], "until": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(lease["until"]))}
