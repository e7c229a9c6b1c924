"""Looking into a site: what runs, what it says, a command in it."""

import json
import os
import re
import sys

import beside
import history
import judge
from compose import by_name
from declared import all_slugs, site_of
from detached import running
from ground import Refused, environment, run, say


def project_of(site):
    """The Compose project of a site that was started once."""
    kept = history.kept(site)
    if not kept:
        raise Refused(f"{site.slug}: nothing was delivered here yet; deliver it: berth deploy {site.slug}")
    return kept["project"]


def status(slug=None):
    """JSON about one site or all of this machine."""
    if slug:
        print(json.dumps(about(site_of(slug))))
    else:
        print(json.dumps({"sites": [about(site_of(each)) for each in all_slugs()]}))
    return 0


def about(site):
    past = history.entries(site)
    now = history.current(site)
    good = [each for each in past if each["verdict"] == "delivered"]
    waits = beside.waiting(site, now)
    found = [each for each in judge.states(now["project"]) if each["service"] not in waits] if now else []
    return {
        "slug": site.slug,
        "commit": now["commit"] if now else None,
        "at": good[-1]["at"] if good else None,
        "by": good[-1]["by"] if good else None,
        "verdict": past[-1]["verdict"] if past else None,
        "history": past[-5:],
        "running": bool(found) and judge.amiss(found) is None and any(each["status"] == "running" for each in found),
        "services": {each["service"]: each["health"] or each["status"] for each in found},
        # None of a version that was delivered before this was written down.
        "expected": [each for each in now["services"] if each not in waits] if now and "services" in now else None,
        # They act by themselves, and this machine does not serve.
        "waiting": waits,
        # Also of what was started and not delivered: its containers are there.
        "project": (history.kept(site) or {}).get("project"),
        # Docker's identity of the image that each service was delivered with; None as above.
        "identities": now.get("identities") if now else None,
        "delivering": running(site),
        "cutOff": bool(history.begun(site)) and not running(site),
    }


def logs(site, service, tail, following):
    """What services say, after what they said before their containers were exchanged."""
    project = project_of(site)
    services = {each["service"] for each in judge.states(project)}
    if service and service not in services:
        raise Refused(f"{service}: is no service of {site.slug}; its services: {', '.join(sorted(services)) or 'none'}")
    words = ["logs", "--no-color", "--timestamps", "--tail", str(tail), *([service] if service else [])]
    current = run(by_name(project, *words), seconds=300)
    lines = [*earlier(site, service), *current.out.splitlines()][-tail:] if tail else []
    for line in lines:
        say(line)
    sys.stdout.flush()
    if following:
        follow = by_name(project, "logs", "--no-color", "--timestamps", "--tail", "0", "--follow", *([service] if service else []))
        os.execvpe(follow[0], follow, environment())
    return current.code


def earlier(site, service):
    folder = site.places.of("logs")
    if not os.path.isdir(folder):
        return []
    found = []
    for name in sorted(os.listdir(folder), key=lambda each: int(re.sub(r"\D", "", each) or 0)):
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
            found += [line for line in file.read().splitlines() if not service or re.match(rf"{re.escape(service)}-\d+\s+\|", line)]
    return found


def execute(site, service, command):
    """A command in a service's container, in the place of this program."""
    project = project_of(site)
    there = {each["service"] for each in judge.states(project) if each["status"] == "running"}
    if service not in there:
        raise Refused(f"{service}: does not run in {site.slug}; these do: {', '.join(sorted(there)) or 'none'}")
    terminal = [] if sys.stdin.isatty() and sys.stdout.isatty() else ["-T"]
    words = by_name(project, "exec", *terminal, service, *command)
    os.execvpe(words[0], words, environment({"TERM": os.environ.get("TERM", "dumb")}))
