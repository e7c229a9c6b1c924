"""Commits of which a job said that their tests passed (R49). The machine runs no tests: it keeps the word of a job."""

import json

from ground import Refused, moment, read_json, write

# As many as a project releases in years; the oldest go.
KEPT = 500


def told(site):
    """What was said, oldest first."""
    return read_json(site.places.of("tested.json"), [])


def passed(site, commit):
    return any(entry["commit"] == commit for entry in told(site))


def keep(site, job, commit):
    """Keeps that a commit passed. Where the stack file declares jobs on Jenkins it refuses the word of any other than
    the one that delivers; elsewhere each job with a key here may say so."""
    if site.tested is None:
        raise Refused(f"{site.slug}: tests are nothing to this environment")
    if site.tested and job != site.tested:
        raise Refused(f"{site.slug}: whether tests passed is said by the job {site.tested} alone")
    site.prepare()
    others = [entry for entry in told(site) if entry["commit"] != commit]
    write(site.places.of("tested.json"), json.dumps([*others, {"commit": commit, "by": job, "at": moment()}][-KEPT:]))


def missing(site, commit):
    """What stands against a commit in production, in a list that is empty where it passed."""
    if site.tested is None or passed(site, commit):
        return []
    if site.tested:
        return [f"is not known to have passed its tests, which {site.tested} tells (R49); run that job, or give --reason"]
    if site.jobs:
        return [f"is not known to have passed its tests (R49); have {' or '.join(sorted(site.jobs))} say passed {commit}, or give --reason"]
    return ["is not known to have passed its tests, as no job tells of them (R49); give --reason, which is kept"]
