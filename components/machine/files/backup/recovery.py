"""Archives back onto the machine that serves: over what is there, or onto one that came up empty (R34, R40)."""

import json
import os
import signal
import sys

import serve
import state
from ground import Failed, Refused, run, say
from restore import Restore, history, undo
from take import settle

PROXY = "/usr/local/sbin/berth-proxy"
# A machine that is without the data of archives that exist.
AWAITS = 75
# The first delivery writes it where it finds no data; see files/site/blank.py.
BLANK = "blank"
# A delivery writes it on a machine beside the one that serves; see files/site/beside.py.
BESIDE = "beside.json"
LARGEST = 1 << 28


class Tolerant:
    """What is said goes to a log, and to who listens for as long as somebody does."""

    def __init__(self, log, out):
        self.log, self.out = log, out

    def write(self, text):
        self.log.write(text)
        if self.out:
            try:
                self.out.write(text)
                self.out.flush()
            except OSError:
                self.out = None

    def flush(self):
        self.log.flush()


def outlive(project):
    """From now on a connection that drops ends the telling alone."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    project.prepare()
    log = open(project.places.of("restore.log"), "w", encoding="utf-8")  # pylint: disable=consider-using-with
    os.fchmod(log.fileno(), 0o600)
    sys.stdout = Tolerant(log, sys.stdout)


def wish():
    """What a person's command brings on standard input: where the archive is, which is a secret, and its manifest."""
    text = sys.stdin.read(LARGEST)
    try:
        said = json.loads(text)
        if not isinstance(said["address"], str) or not isinstance(said["manifest"], dict):
            raise TypeError()
        return said["address"], said["manifest"]
    except (ValueError, KeyError, TypeError):
        raise Refused("on standard input comes a JSON object with address and manifest") from None


def in_place(project, by, is_alive):
    """In the place of what is there, which is backed up once nobody writes to it any more."""
    address, manifest = wish()
    if awaits(project):
        raise Refused(f"{project.slug} came up empty and awaits its data: berth recover {project.slug}")

    def secure():
        say("a backup of what is there")
        if serve.ask(project, f"{by}, before a restore", is_alive, lenient=True) != 0:
            raise Failed("nothing is restored: what is there could not be backed up, see above")

    back(project, address, manifest, by, secure)


def recover(project, by):
    """Onto a machine that awaits its data."""
    address, manifest = wish()
    if not awaits(project):
        raise Refused(f"{project.slug} awaits nothing here; over what it has: berth restore {project.slug} --to")
    # What is there is what a first start made.
    back(project, address, manifest, by, lambda: None)
    settled(project)
    if os.path.exists(os.path.join(project.places.site, BESIDE)):
        say(f"{project.slug}: what acts by itself waits until this machine serves; where it does from now on: berth deploy {project.slug} --serves")


def empty(project, by):
    """What is here now counts, whatever archives there are from before."""
    if not awaits(project):
        raise Refused(f"{project.slug} awaits nothing here")
    history(project, {"by": by, "key": None, "what": "begins with what is here"})
    settled(project)


def back(project, address, manifest, by, secure):
    key = (manifest.get("archive") or {}).get("key")
    outlive(project)
    try:
        Restore(project, manifest).run(address, secure)
    except state.Busy:
        raise Failed("a backup is at work; try again when it ended: berth-backup status") from None
    except Failed as problem:
        history(project, {"by": by, "key": key, "what": f"failed: {problem}"})
        raise
    history(project, {"by": by, "key": key, "what": "restored"})


def awaits(project):
    return bool(state.status_of(project).get("awaits")) or os.path.exists(marker(project))


def marker(project):
    return os.path.join(project.places.site, BLANK)


def settled(project):
    """It may be backed up, and visited where it was delivered."""
    state.change(project, awaits=None)
    settle(project)
    if os.path.exists(marker(project)):
        os.remove(marker(project))
    if project.compose:
        # What people brought up is not behind Berth's proxy.
        say(f"{project.slug}: backups are made")
        return
    done = run([PROXY, "open", project.slug], seconds=300)
    if done.code != 0:
        raise Failed(f"visitors are still answered 503: {done.last(2)}; berth-proxy open {project.slug}")
    say(f"{project.slug}: visitors are let in, and backups are made")


def put_back(project):
    """What a restore that was cut off had begun is put back."""
    try:
        with state.alone(project, patience=120):
            undo(project)
    except state.Busy:
        raise Failed("a backup or a restore is at work; try again when it ended: berth-backup status") from None
