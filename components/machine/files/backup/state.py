"""What runs did and do: one at a time, each with its outcome, for status and for the next one."""

import contextlib
import fcntl
import json
import os
import time

import moving
from ground import moment_of, now, read_json, write_json, written

# Who makes runs that nobody asked for.
SCHEDULE = "schedule"
# What a restore writes down of what it exchanges; it is there for as long as that is not ended.
RESTORING = "restoring.json"
# Lines of the history that are kept.
KEPT = 1000


class Busy(Exception):
    """A run of this project is at work."""


@contextlib.contextmanager
def alone(project, patience=10):
    """One run at a time; one that was killed holds nothing. Raises Busy, after some seconds: who only asks whether one
    is at work shares the lock for an instant."""
    project.prepare()
    with open(project.places.of("lock"), "a", encoding="utf-8") as lock:
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() >= until:
                    raise Busy() from None
            time.sleep(0.05)
        yield


def is_busy(project):
    """Is a run at work? Two who ask at once are not taken for one by each other: they share the lock."""
    project.prepare()
    with open(project.places.of("lock"), "a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def status_of(project):
    """What is known of the runs: {running, last, lastTaken, tries, awaits}."""
    return read_json(project.places.of("status.json"), {})


def change(project, **values):
    """Writes part of it down."""
    write_json(project.places.of("status.json"), {**status_of(project), **values})


def begun(project, by, moment):
    """A run begins. One that was cut off before is written down as what it is."""
    cut_off(project)
    tries = status_of(project).get("tries") or {}
    if by == SCHEDULE:
        slot = written(last_slot(project.at, moment))
        count = tries.get("count", 0) + 1 if tries.get("slot") == slot else 1
        tries = {"slot": slot, "count": count, "at": written(moment)}
    change(project, running={"at": written(moment), "by": by}, tries=tries)


def cut_off(project):
    """Where the last run has no end, nobody runs any more: it failed."""
    running = status_of(project).get("running")
    if running:
        ended(project, {"at": running["at"], "by": running["by"], "verdict": "failed", "why": "was cut off before its end"})


def ended(project, entry):
    """A run ended: `entry` is {at, by, verdict, why, key, bytes, seconds, content}."""
    entry = {"key": None, "bytes": None, "seconds": None, "why": "", "notes": [], **entry}
    values = {"running": None, "last": entry}
    if entry["verdict"] != "failed":
        values["lastTaken"] = entry
    change(project, **values)
    record(project, entry)


def record(project, entry):
    path = project.places.of("history.jsonl")
    lines = []
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            lines = [line for line in file.read().splitlines() if line][-KEPT + 1 :]
    lines.append(json.dumps({name: entry[name] for name in sorted(entry) if name != "content"}))
    draft = f"{path}.new"
    with open(draft, "w", encoding="utf-8") as file:
        os.chmod(draft, 0o600)
        file.write("\n".join(lines) + "\n")
    os.replace(draft, path)


def slots(at, moment):
    """The moments of yesterday, today and tomorrow at which backups are due."""
    found = []
    for days in (-1, 0, 1):
        day = moment + days * ONE_DAY
        for time in at:
            hours, minutes = time.split(":")
            found.append(day.replace(hour=int(hours), minute=int(minutes), second=0, microsecond=0))
    return sorted(found)


ONE_DAY = moment_of("2000-01-02T00:00:00Z") - moment_of("2000-01-01T00:00:00Z")
# Runs that fail are tried again, so often and after so many seconds.
TRIES, PAUSE = 4, 900


def last_slot(at, moment):
    """When the last backup was due."""
    return max(each for each in slots(at, moment) if each <= moment)


def next_slot(at, moment):
    return min(each for each in slots(at, moment) if each > moment)


def is_due(project, moment=None):
    """Is a run due: at its time, after one that was missed while the machine was off, and again after one that failed?"""
    moment = moment or now()
    found = status_of(project)
    if found.get("awaits") or moving.stops(project) or not project.is_ready():
        return False
    slot = last_slot(project.at, moment)
    taken = moment_of((found.get("lastTaken") or {}).get("at"))
    # One of the future was taken while the clock was wrong, and would keep every other away until then.
    if taken and slot <= taken <= moment:
        return False
    tries = found.get("tries") or {}
    if tries.get("slot") != written(slot):
        return True
    before = moment_of(tries.get("at"))
    return tries.get("count", 0) < TRIES and (before is None or before > moment or (moment - before).total_seconds() >= PAUSE)


def about(project):
    """What status tells of one project. `due`: a run is going to begin, by the container's next look."""
    found = status_of(project)
    running = found.get("running")
    if running and not is_busy(project):
        running = None
    return {
        "slug": project.slug,
        "declared": {"at": project.at, "bucket": project.place.bucket, "prefix": project.prefix, "consistency": project.consistency},
        "running": running,
        "due": is_due(project),
        "last": told(found.get("last")),
        "lastTaken": told(found.get("lastTaken")),
        "next": written(next_slot(project.at, now())),
        "awaits": found.get("awaits"),
        "restoring": os.path.exists(project.places.of(RESTORING)),
    }


def told(entry):
    return entry and {name: value for name, value in entry.items() if name != "content"}
