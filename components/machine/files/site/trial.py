"""A trial beside the version that serves: services that may run twice are started apart, by no name that others
reach them by, and judged. What is not well is given up before anything was exchanged."""

import json
import time

from ground import Failed, run, say
from judge import states

LABEL = "berth.trial"


def clear(site):
    """Ends what a trial has running, also one that was cut off."""
    found = run(["docker", "ps", "-a", "-q", "--filter", f"label={LABEL}={site.slug}"]).out.split()
    if found:
        run(["docker", "stop", *found])
        run(["docker", "rm", "--force", *found])


def run_beside(site, compose, project):
    """Starts each such service of a version and waits until it is healthy. Raises Failed with its last words. Where
    nothing serves there is nothing to run beside."""
    clear(site)
    if not any(each["status"] == "running" for each in states(project)):
        return
    try:
        for name in site.overlap:
            say(f"trial: {name} beside the version that serves")
            healthy(site, name, started(site, compose, name))
    finally:
        clear(site)


def started(site, compose, name):
    """The id of its container, which no restart of Docker starts again."""
    done = compose.run("run", "--detach", "--no-deps", "--quiet-pull", "--label", f"{LABEL}={site.slug}", name, seconds=site.seconds)
    if done.code != 0:
        raise Failed(f"{name} could not be started beside the version that serves: {done.last(3)}")
    container = done.out.split()[-1]
    run(["docker", "update", "--restart", "no", container])
    return container


def healthy(site, name, container):
    until = time.monotonic() + site.seconds
    while True:
        state = json.loads(run(["docker", "inspect", "--format", "{{json .State}}", container]).out or "{}")
        health = (state.get("Health") or {}).get("Status")
        if health == "healthy":
            return
        if state.get("Status") != "running":
            raise unwell(name, container, f"ended with status {state.get('ExitCode')}")
        if health == "unhealthy":
            raise unwell(name, container, "says of itself that it is unhealthy")
        if time.monotonic() > until:
            raise unwell(name, container, f"is not healthy after {site.seconds} s")
        time.sleep(0.3)


def unwell(name, container, why):
    done = run(["docker", "logs", "--tail", "20", container])
    said = [f"  {name}: {line}" for line in (done.out + done.err).splitlines() if line.strip()]
    return Failed("\n".join([f"{name} {why}", *said[-20:]]))
