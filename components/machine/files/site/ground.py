"""What every part stands on: where things are, how a problem ends, and how other programs are run."""

import contextlib
import json
import os
import pwd
import re
import signal
import subprocess
import sys
import threading
import time

REFUSED = 65
FAILED = 1
UNKNOWN = 64


class Stop(Exception):
    """What ends a command. `code` is its exit status; the text is for people, and holds no secret."""

    code = FAILED


class Failed(Stop):
    """Something did not work out. What served before serves."""


class Refused(Stop):
    """Bad input: nothing was touched."""

    code = REFUSED


class Misused(Stop):
    """A command that does not exist, or other arguments than it takes."""

    code = UNKNOWN


class Places:
    """Where everything of one project is. `root` is another directory than / in tests alone."""

    def __init__(self, slug, root="/"):
        self.slug = slug
        self.declared = os.path.join(root, "etc/berth/sites", f"{slug}.json")
        self.state = os.path.join(root, "var/lib/berth/sites", slug)
        # What the program that backs up was told.
        self.backup = os.path.join(root, "etc/berth/backups", slug, "declared.json")
        # It is there while a restore of the project's data is at work, or was cut off.
        self.restoring = os.path.join(root, "var/lib/berth/backups", slug, "restoring.json")
        # What a move of the project to another machine keeps here.
        self.moves = os.path.join(root, "var/lib/berth/moves", slug)
        # One stable directory: relative bind mounts lead into it.
        self.tree = os.path.join(root, "srv/berth", slug)
        # Beside it, so that no container that mounts the checkout can write what git reads.
        self.git = os.path.join(root, "srv/berth", f"{slug}.git")
        # Its last part is the slug too: Compose names a project after it.
        self.next = os.path.join(root, "srv/berth/.next", slug)

    def of(self, name):
        """A file of the state."""
        return os.path.join(self.state, name)


# Replaced by dots wherever text goes to people: values of the project's secrets.
hidden = []


def hide(values):
    """From now on nothing that is said holds one of these values, or a line of one."""
    for value in values:
        for part in [value, *value.split("\n")]:
            if len(part) >= 4 and part not in hidden:
                hidden.append(part)
    hidden.sort(key=len, reverse=True)


def shown(text):
    """Text that no terminal obeys and that gives nothing away."""
    for value in hidden:
        text = text.replace(value, "***")
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    return re.sub(r"[^\t\n\x20-\x7e\u00a0-\uffff]", "?", text.replace("\r\n", "\n").replace("\r", "\n"))


def say(text):
    """One line or several for who follows."""
    print(shown(text), flush=True)


def moment():
    """Now, in UTC, as it is written down everywhere."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def environment(more=None):
    """What programs are started with: nothing of who called."""
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": pwd.getpwuid(os.getuid()).pw_dir,
        "LC_ALL": "C.UTF-8",
        **(more or {}),
    }


class Done:
    """What a program answered."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def last(self, lines=20):
        """The end of what it said, errors after the rest."""
        said = [line for line in (self.out + "\n" + self.err).splitlines() if line.strip()]
        return "\n".join(said[-lines:])


def run(command, env=None, seconds=120, text="", cwd="/"):
    """Runs a program to its end. One that takes longer is ended, and counts as failed (124)."""
    try:
        done = subprocess.run(
            command,
            env=env if env is not None else environment(),
            input=text.encode(),
            capture_output=True,
            timeout=seconds,
            cwd=cwd,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        err = (late.stderr or b"").decode(errors="replace")
        return Done(124, "", f"{err}\n{command[0]} took longer than {seconds} s and was ended")
    except FileNotFoundError:
        return Done(127, "", f"{command[0]} is not installed")
    return Done(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def follow(command, env=None, seconds=3600, cwd="/"):
    """Runs a program and says each of its lines as it comes. Answers its status and its last lines; one that takes
    longer than `seconds` is ended, however silent it is."""
    said = []
    with subprocess.Popen(
        command,
        env=env if env is not None else environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        # Docker's own programs start others: all of them end together.
        start_new_session=True,
    ) as child:
        patience = threading.Timer(seconds, os.killpg, (child.pid, signal.SIGKILL))
        patience.start()
        try:
            for line in child.stdout:
                line = line.decode(errors="replace").rstrip("\n")
                say(f"  {line}")
                said = [*said[-19:], line]
            code = child.wait()
        finally:
            patience.cancel()
    return Done(code, "\n".join(said), "")


def write(path, text, mode=0o600):
    """A file, whole or not at all."""
    # Two deliveries on one machine write what both of them need.
    draft = f"{path}.{os.getpid()}.new"
    if os.path.lexists(draft):
        os.remove(draft)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())
        os.fchmod(handle, mode)
        file.flush()
        os.fsync(handle)
    os.replace(draft, path)


@contextlib.contextmanager
def acting_as(owner):
    """What is done inside is done with the rights of an account alone: a checkout is a place where others
    write, and a link that somebody laid there leads root anywhere."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(owner[1])
    os.seteuid(owner[0])
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def read_json(path, otherwise=None):
    """What a file of the state holds; `otherwise` where there is none or it is not whole."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (FileNotFoundError, ValueError):
        return otherwise


def complain(text):
    """A line for who called, apart from the answer."""
    print(shown(text), file=sys.stderr, flush=True)
