"""A delivery runs apart from the session that began it, and whoever asks sees its log until its end."""

import fcntl
import os
import secrets
import sys
import time

import moving
import restoring
from deliver import Delivery
from ground import FAILED, Refused, Stop, read_json, run, say, shown, write

UNIT = "berth-delivery-{}"
# Seconds that its unit may take to end once it has.
ENDING = 20
PROGRAM = "/usr/local/sbin/berth-site"


def running(site):
    """Is a delivery of this project at work?"""
    done = run(["systemctl", "is-active", f"{UNIT.format(site.slug)}.service"])
    return done.out.strip() in ("active", "activating", "deactivating")


def begin(site, arguments):
    """Starts a delivery and follows it; its exit status."""
    site.prepare()
    moving.refuse(site)
    restoring.refuse(site)
    busy(site)
    key = secrets.token_hex(8)
    command = ["systemd-run", "--quiet", "--collect", "--unit", UNIT.format(site.slug), "--property", "TimeoutStopSec=10"]
    done = run([*command, PROGRAM, "now", site.slug, "--key", key, *arguments])
    if done.code != 0:
        busy(site)
        raise Stop(f"the delivery could not be started: {done.last(3)}")
    return follow(site, key)


def busy(site):
    """Refuses while a delivery is at work. One that has said its end is waited for: what it leaves is being ended."""
    until = time.monotonic() + ENDING
    while running(site):
        with open(site.places.of("delivery.log"), encoding="utf-8", errors="replace") as log:
            since = log.readline().strip("# \n")
        if read_json(site.places.of("outcome"), {}).get("key") == since.partition(" ")[0] and time.monotonic() < until:
            time.sleep(0.2)
            continue
        raise Refused(f"{site.slug}: a delivery is at work already ({since}); see it: berth-site watch {site.slug}")


def now(site, key, wish):
    """The delivery itself, in its own unit: what it says goes into the log."""
    with open(site.places.of("lock"), "a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(f"{site.slug}: a delivery is at work already") from None
        path = site.places.of("delivery.log")
        if os.path.exists(path):
            os.replace(path, site.places.of("delivery.before.log"))
        with open(path, "w", encoding="utf-8") as log:
            os.chmod(path, 0o600)
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        say(f"# {key} by {wish.by or 'unknown'} since {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}")
        code = FAILED
        try:
            code = Delivery(site, wish).run()
        except Stop as problem:
            code = problem.code
            say(str(problem) if code != FAILED else f"failed: {problem}")
        finally:
            sys.stdout.flush()
            write(site.places.of("outcome"), f'{{"key": "{key}", "code": {code}}}')
    return code


def follow(site, key=None, out=None):
    """Says a delivery's log from its beginning to its end; answers its exit status. Without a key: of the last."""
    out = out or sys.stdout
    path = site.places.of("delivery.log")
    log = None
    while True:
        alive = running(site)
        if log is None and os.path.exists(path):
            log = open(path, encoding="utf-8", errors="replace")  # pylint: disable=consider-using-with
            first = log.readline()
            if not first.endswith("\n") or (key and f"# {key} " not in first):
                log.close()
                log = None
            elif not key:
                key = first.split()[1]
                out.write(shown(first.split(" ", 2)[2]))
        if log is not None:
            while chunk := log.read(65536):
                out.write(chunk)
            out.flush()
        outcome = read_json(site.places.of("outcome"), {})
        if key and outcome.get("key") == key and log is not None:
            out.write(log.read())
            out.flush()
            return outcome["code"]
        if not alive:
            # Between its last word and this question it may have ended well.
            outcome = read_json(site.places.of("outcome"), {})
            if key and outcome.get("key") == key:
                continue
            if log is None and key is None:
                raise Refused(f"{site.slug}: nothing was delivered here yet")
            out.write("failed: the delivery was cut off before its end; the next one repairs what it left\n")
            return FAILED
        time.sleep(0.2)
