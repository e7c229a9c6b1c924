"""A machine that does not serve yet, beside the one that does: what answers visitors is tried there, and what acts by
itself (queues' workers, schedulers) waits until it serves, lest it act twice on the world outside."""

import os

import judge
from ground import Failed, run, say, write
from known import is_database

FILE = "beside.json"


def acting(model, web, declared=None):
    """What acts by itself of a resolved model: {services, guessed}. Undeclared it is guessed: it publishes no port, is
    no database, and what answers visitors does not depend on it."""
    services = model["services"]
    if declared is not None:
        return {"services": sorted(set(declared) & set(services)), "guessed": False}
    needed = needs(services, [web, *(name for name, each in services.items() if is_database(each) or each.get("ports"))])
    return {"services": sorted(set(services) - needed), "guessed": True}


def needs(services, names):
    """Services with all that they depend on."""
    found, left = set(), list(names)
    while left:
        name = left.pop()
        if name in found or name not in services:
            continue
        found.add(name)
        left += services[name].get("depends_on") or {}
    return found


def begin(site):
    """From now on this machine does not serve the project, until it is said to."""
    write(site.places.of(FILE), "{}")


def end(site):
    """It serves: the next start starts everything."""
    if is_beside(site):
        os.remove(site.places.of(FILE))


def is_beside(site):
    return os.path.exists(site.places.of(FILE))


def waiting(site, current):
    """Services that wait here, of the version that was delivered last."""
    return ((current or {}).get("acting") or {}).get("services", []) if is_beside(site) else []


def told(found):
    """One line of what waits, and how that is known."""
    names = ", ".join(found["services"])
    why = "a guess: nothing that answers visitors needs them; workers says which do" if found["guessed"] else "workers"
    return f"wait until this machine serves: {names} ({why})"


def hold_back(compose, names):
    """Makes the containers of what waits, and starts none: Docker starts nothing that never ran. Raises Failed."""
    for what in (["stop", *names], ["create", "--no-build", *names]):
        done = compose.run(*what)
        if done.code != 0:
            raise Failed(f"{', '.join(names)} could not be held back: {done.last(1).strip()}")


def start(site, current):
    """Starts what waited, since this machine serves from now on. One that has no container yet is left to Compose."""
    names = waiting(site, current)
    found = [each for each in judge.states(current["project"]) if each["service"] in names and each["status"] in ("created", "exited")]
    if found:
        done = run(["docker", "start", *(each["id"] for each in found)], seconds=site.seconds)
        if done.code != 0:
            raise Failed(f"{site.slug}: {', '.join(names)} could not be started: {done.last(1)}")
        say(f"start: {', '.join(sorted({each['service'] for each in found}))}, since this machine serves")
    end(site)
