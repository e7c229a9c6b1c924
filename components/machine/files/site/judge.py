"""Is a version well? Its services' states, and what its web service answers to the domain (R65)."""

import http.client
import time

import engine
from compose import by_name
from ground import run, say
from proxy import status


class Unwell(Exception):
    """Why a version is not taken; `service` is whose last lines tell more."""

    def __init__(self, why, service=None):
        super().__init__(why)
        self.service = service


def states(project):
    """The containers of a project, as Docker has them."""
    found = []
    for each in engine.described(project):
        labels = each["Config"]["Labels"] or {}
        if labels.get("com.docker.compose.oneoff") == "True":
            continue
        state = each["State"]
        found.append(
            {
                "id": each["Id"],
                "image": each["Image"],
                "service": labels.get("com.docker.compose.service", "?"),
                "status": state["Status"],
                "exit": state["ExitCode"],
                "health": (state.get("Health") or {}).get("Status"),
                "restarts": each.get("RestartCount", 0),
                "error": state.get("Error", ""),
            }
        )
    return found


def amiss(found):
    """The first container that will not get well, or None. One that ended with 0 has done its work."""
    for each in found:
        name = each["service"]
        if each["status"] == "exited" and each["exit"] != 0:
            return Unwell(f"{name} ended with status {each['exit']}", name)
        if each["status"] in ("dead", "removing"):
            return Unwell(f"{name} is {each['status']}", name)
        if each["restarts"] >= 3:
            return Unwell(f"{name} ends and is started again, {each['restarts']} times by now", name)
        if each["health"] == "unhealthy":
            return Unwell(f"{name} says of itself that it is unhealthy", name)
    return None


def pending(found):
    """Services that are on their way."""
    waits = ("created", "restarting", "paused")
    return [each["service"] for each in found if each["status"] in waits or each["health"] == "starting"]


def asked(site, timeout=5):
    """The status of the health path, asked as the proxy asks: by the domain, over HTTPS as far as it knows. Words
    where there is no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=timeout)
    try:
        return status(connection, site.path, {"Host": site.domain, "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"})
    finally:
        connection.close()


def well(site, project, web, waits=()):
    """Waits until a version is well, for the seconds that the project gives it; what `waits` is no part of it. Raises
    Unwell."""
    until = time.monotonic() + site.seconds
    looked, found = time.monotonic(), []
    while True:
        answer = asked(site)
        good = isinstance(answer, int) and 200 <= answer < 300
        # Docker is asked now and then alone: each time takes longer than the answer that somebody waits for.
        if good or time.monotonic() >= looked + 0.5 or time.monotonic() > until:
            found = [each for each in states(project) if each["service"] not in waits]
            looked = time.monotonic()
            problem = amiss(found)
            if problem:
                raise problem
            if good and found and not pending(found):
                say(f"healthy: {site.path} answers {answer} to {site.domain}")
                return
        if time.monotonic() > until:
            break
        time.sleep(0.1)
    if isinstance(answer, int) and 200 <= answer < 300:
        raise Unwell(f"{', '.join(pending(found)) or 'no service'} did not start within {site.seconds} s", (pending(found) or [web])[0])
    what = f"answers {answer}" if isinstance(answer, int) else f"does not answer ({answer})"
    hint = ""
    if isinstance(answer, int) and 300 <= answer < 400:
        hint = "; a redirect is no health: let health.path name a page that answers 200"
    if answer == 400:
        hint = f"; does it take {site.domain} for one of its names?"
    raise Unwell(f"{site.path} {what} to {site.domain} after {site.seconds} s, wanted 2xx{hint}", web)


def last_lines(project, service, lines=20):
    """What a service said last."""
    done = run(by_name(project, "logs", "--no-color", "--no-log-prefix", "--tail", str(lines), service))
    return [line for line in (done.out + done.err).splitlines() if line.strip()][-lines:]
