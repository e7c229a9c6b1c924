"""Docker's API at the daemon's own socket. A command of Docker's takes longer to start than Docker takes to do what it
asks, and visitors wait meanwhile."""

import concurrent.futures
import http.client
import json
import socket
import urllib.parse

from ground import Failed

SOCKET = "/run/docker.sock"
# Seconds for whatever Docker does at once.
AT_ONCE = 60
ABSENT, ALREADY = 404, 304


class Connection(http.client.HTTPConnection):
    """One request to the daemon."""

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SOCKET)


def ask(method, path, told=None, seconds=AT_ONCE):
    """(status, what it answers). Raises Failed where Docker does not answer in time."""
    connection = Connection("docker", timeout=max(seconds, 0.1))
    try:
        body = None if told is None else json.dumps(told)
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException) as problem:
        raise Failed(f"Docker does not answer: {problem}") from None
    finally:
        connection.close()
    return answer.status, json.loads(text) if text else None


def done(method, path, told=None, seconds=AT_ONCE, fine=()):
    """What it answers to something that has to succeed, or to end with a status that is `fine`."""
    status, answer = ask(method, path, told, seconds)
    if status >= 400 and status not in fine:
        raise Failed((answer or {}).get("message") or f"Docker: status {status}")
    return answer


def described(project):
    """All containers of a Compose project as Docker describes them, also those of single commands."""
    filters = urllib.parse.quote(json.dumps({"label": [f"com.docker.compose.project={project}"]}))
    found = (container(each["Id"]) for each in done("GET", f"/containers/json?all=1&filters={filters}"))
    # One that went meanwhile is not among what is told.
    return [each for each in found if each]


def container(name):
    """A container as Docker describes it; None where there is none."""
    status, answer = ask("GET", f"/containers/{name}/json")
    if status == ABSENT:
        return None
    if status >= 400:
        raise Failed(f"Docker: {(answer or {}).get('message') or status}")
    return answer


def volume(name):
    """A volume as Docker describes it; None where there is none."""
    return done("GET", f"/volumes/{urllib.parse.quote(name, safe='')}", fine=(ABSENT,)) if name else None


def gateway(network):
    """This machine's address in a network of Docker's; None where it has none."""
    said = done("GET", f"/networks/{urllib.parse.quote(network, safe='')}")["IPAM"]["Config"] or []
    return next((each["Gateway"].split("/")[0] for each in said if each.get("Gateway")), None)


def policy_of(said):
    """When Docker starts a container again by itself, as its commands write it."""
    policy = said["HostConfig"]["RestartPolicy"]
    name, often = policy["Name"] or "no", policy.get("MaximumRetryCount") or 0
    return f"{name}:{often}" if name == "on-failure" and often else name


def restart(name, policy):
    """From now on Docker starts it again by itself as `policy` says."""
    word, _, often = policy.partition(":")
    done("POST", f"/containers/{name}/update", {"RestartPolicy": {"Name": word, "MaximumRetryCount": int(often or 0)}})


def stop(name, seconds):
    """Ends a container, after so many seconds by force. One that is gone or ended is fine."""
    done("POST", f"/containers/{name}/stop?t={int(seconds)}", seconds=seconds + AT_ONCE, fine=(ABSENT, ALREADY))


def start(name):
    done("POST", f"/containers/{name}/start", fine=(ALREADY,))


def kill(name, signal):
    """Sends a signal; one that does not run gets none. Answers whether it was sent."""
    return ask("POST", f"/containers/{name}/kill?signal={signal}")[0] < 400


def ends(name, seconds):
    """Waits until it does not run. Answers whether that was in time."""
    try:
        done("POST", f"/containers/{name}/wait", seconds=seconds)
        return True
    except Failed:
        return False


def each(act, names):
    """Does something with all of them at once. Answers the lines of what failed."""

    def one(name):
        try:
            act(name)
        except Failed as problem:
            return str(problem)
        return None

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        return [line for line in pool.map(one, names) if line]
