"""The machine's proxy: requests wait there while a version takes the place of another."""

import http.client
import re
import socket
import ssl
import time

from ground import run, say

PROGRAM = "/usr/local/sbin/berth-proxy"
ABSENT = 64


class Hold:
    """Requests of a site wait from `take` to `release`, and no longer than `seconds`."""

    def __init__(self, slug, seconds):
        self.slug, self.seconds = slug, seconds
        self.held = False

    def take(self):
        done = run([PROGRAM, "hold", self.slug, str(self.seconds)])
        if done.code == 0:
            self.held = True
            self._wait(done.out)
        elif done.code in (ABSENT, 127):
            say("note: requests do not wait while the version changes: the proxy of this machine cannot hold them")
        else:
            say(f"note: requests do not wait while the version changes: {done.last(3)}")

    def _wait(self, said):
        """Until what was asked before is answered, ten seconds at most."""
        until = time.monotonic() + 10
        left = number(said)
        while left and time.monotonic() < until:
            time.sleep(0.2)
            left = number(run([PROGRAM, "in-flight", self.slug]).out)
        if left:
            say(f"note: {left} requests are still being answered after 10 s")

    def release(self):
        if not self.held:
            return
        self.held = False
        done = run([PROGRAM, "release", self.slug])
        if done.code != 0:
            say(f"note: the proxy did not let requests on: {done.last(3)}; they are let on after {self.seconds} s")


def number(text):
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0


def through(domain, path):
    """What a visitor is answered by this machine's proxy: a status, or words for why there was none. Where the
    proxy demands the edge's certificate, which it does once the edge was seen to come, by way of the edge."""
    answer = asked("127.0.0.1", domain, path)
    if isinstance(answer, str) and "CERTIFICATE_REQUIRED" in answer:
        answer = asked(domain, domain, path)
    return answer


def asked(address, domain, path):
    """One request to an address. The certificate there may be the edge's authority's, or not there yet: who it is
    for is not judged here."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((address, 443), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname=domain) as secure:
                connection = http.client.HTTPConnection(domain, timeout=10)
                connection.sock = secure
                return status(connection, path, {"Host": domain})
    except OSError as problem:
        return words(problem)


def status(connection, path, headers):
    """What is answered to a path: a status, or words for why there was none."""
    try:
        connection.request("GET", path, headers={"User-Agent": "berth-site", **headers})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as problem:
        return words(problem)


def words(problem):
    return str(problem) or type(problem).__name__
