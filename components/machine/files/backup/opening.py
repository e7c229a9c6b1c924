"""The first archive of a project on a machine. Its container makes it by itself as soon as there is something; whoever
has just delivered waits for it here, and hears how it went."""

import time

import moving
import serve
import state
from ground import FAILED, Failed, say

# A longer run goes on by itself: a session that waits ends after 50 minutes.
PATIENCE = 40 * 60
# Seconds that the container may take to begin, as one that was killed is started again after up to a minute.
BEGINS = 90


def first(project, by, runs, patience=PATIENCE):
    """Says where the first archive is, or why there is none as yet. Answers the exit status: 1 where a run failed, and
    whoever asks again has it run again. `runs`: does the container run?"""
    project.prepare()
    before = state.status_of(project)
    if told(project, before):
        return 0
    if not runs():
        raise Failed(f"{project.slug}: no archive is made, as its container does not run; converge this machine (berth converge)")
    if not state.is_busy(project) and not state.is_due(project):
        # The one before failed, and its next try is not due: now is.
        return serve.ask(project, by, runs)
    since = time.monotonic()
    while True:
        found = state.status_of(project)
        if told(project, found):
            return 0
        if found.get("last") != before.get("last"):
            say(f"{project.slug}: no archive is there: {found['last']['why']}; it is tried again, and by the next pulumi up")
            return FAILED
        waited = time.monotonic() - since
        if waited > BEGINS and not state.is_busy(project):
            raise Failed(f"{project.slug}: no archive is made, as its container does not begin; see: docker logs berth-backup-{project.slug}")
        if waited > patience:
            say(f"{project.slug}: its first archive takes longer than {patience // 60} minutes and goes on; berth status tells of it")
            return 0
        time.sleep(0.2)


def told(project, found):
    """Says what is settled: an archive is there, or none is going to be until somebody does something else."""
    taken = found.get("lastTaken")
    stopped = moving.stops(project)
    if taken:
        say(f"{project.slug}: its archive {taken['key']} is there ({taken['bytes']} bytes)")
    elif found.get("awaits"):
        say(f"{project.slug}: no archive is made, as its data of another machine is awaited: berth recover {project.slug}, or berth migrate")
    elif stopped:
        say(f"{project.slug}: no archive is made: {stopped}")
    elif project.delivered() is None:
        say(f"{project.slug}: nothing is delivered yet; its first archive is made as soon as it is")
    else:
        return False
    return True
