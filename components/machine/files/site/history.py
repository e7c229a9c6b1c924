"""What was delivered, when, by whom and how it ended: on the machine, for status and for the way back."""

import json
import os

from ground import moment, read_json, write


def entries(site):
    """All of it, oldest first. A line that was cut off is left out."""
    path = site.places.of("history.jsonl")
    if not os.path.exists(path):
        return []
    found = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
    return found


def record(site, entry):
    """Adds an entry; a line that was cut off before it stays a line of its own."""
    path = site.places.of("history.jsonl")
    ends = True
    if os.path.exists(path) and os.path.getsize(path):
        with open(path, "rb") as file:
            file.seek(-1, os.SEEK_END)
            ends = file.read(1) == b"\n"
    with open(path, "a", encoding="utf-8") as file:
        os.chmod(path, 0o600)
        file.write(("" if ends else "\n") + json.dumps({"at": moment(), **entry}) + "\n")
        file.flush()
        os.fsync(file.fileno())


def current(site):
    """What runs: commit, Compose project, mounts, images; None before the first delivery."""
    return read_json(site.places.of("current"))


def is_current(site, commit):
    """Does this very commit run here? It was let in then."""
    return (current(site) or {}).get("commit") == commit


def runs_now(site, what):
    write(site.places.of("current"), json.dumps(what, sort_keys=True))


def kept(site):
    """Project and mounts of the last version that was started, whether it was well or not: data is there."""
    return read_json(site.places.of("kept.json"))


def keep(site, project, mounts):
    """From now on a delivery must find this data. What an earlier one had stays known until it is gone."""
    write(site.places.of("kept.json"), json.dumps({"project": project, "mounts": mounts}, sort_keys=True))


def begin(site, what):
    """Written before anything of the running version is touched."""
    write(site.places.of("begun"), json.dumps(what, sort_keys=True))


def begun(site):
    """What a delivery that was cut off was doing; None where none was."""
    return read_json(site.places.of("begun"))


def end(site):
    if os.path.exists(site.places.of("begun")):
        os.remove(site.places.of("begun"))


def delivered(site):
    """What ran, newest first, each once: a commit, and how often it had been built anew."""
    found = []
    for entry in reversed(entries(site)):
        version = (entry["commit"], entry.get("build", 0))
        if entry.get("verdict") == "delivered" and version not in found:
            found.append(version)
    return found


def way_back(site):
    """What ran before the version that runs, newest first. A way back that was gone is gone: what was left by it is not
    before what it led to."""
    stack = []
    for entry in entries(site):
        if entry.get("verdict") != "delivered":
            continue
        version = (entry["commit"], entry.get("build", 0))
        if entry.get("action") == "rollback" and version in stack:
            while stack[-1] != version:
                stack.pop()
        else:
            stack.append(version)
    runs = current(site)
    now = (runs["commit"], runs.get("build", 0))
    return [each for each in dict.fromkeys(reversed(stack)) if each != now]


def last_build(site, commit):
    """The build of a commit that ran last; 0 where none did."""
    return next((build for each, build in delivered(site) if each == commit), 0)
