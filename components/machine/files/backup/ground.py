"""What every part stands on: where things are, how a problem ends, and how other programs are run."""

import datetime
import json
import os
import re
import subprocess
import sys
import threading

REFUSED = 65
FAILED = 1
UNKNOWN = 64


class Stop(Exception):
    """What ends a command. `code` is its exit status; the text is for people, and holds no secret."""

    code = FAILED


class Failed(Stop):
    """A backup did not come about. No archive is there under its name."""


class Refused(Stop):
    """Bad input: nothing was touched."""

    code = REFUSED


class Misused(Stop):
    """A command that does not exist, or other arguments than it takes."""

    code = UNKNOWN


class Places:
    """Where everything of one project is, on the machine and in the container alike. `root` is another directory
    than / in tests alone."""

    def __init__(self, slug, root="/"):
        self.slug = slug
        self.declared = os.path.join(root, "etc/berth/backups", slug, "declared.json")
        self.credential = os.path.join(root, "etc/berth/backups", slug, "credential.json")
        self.state = os.path.join(root, "var/lib/berth/backups", slug)
        # What a move of the project to another machine keeps here.
        self.moves = os.path.join(root, "var/lib/berth/moves", slug)
        # What the last delivery started, and which commit serves.
        self.site = os.path.join(root, "var/lib/berth/sites", slug)
        self.tree = os.path.join(root, "srv/berth", slug)

    def of(self, name):
        """A file of the state."""
        return os.path.join(self.state, name)


def shown(text):
    """Text that no terminal obeys."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    return re.sub(r"[^\t\n\x20-\x7e\u00a0-\uffff]", "?", text.replace("\r\n", "\n").replace("\r", "\n"))


def say(text):
    """One line or several for who follows."""
    print(shown(text), flush=True)


def complain(text):
    """A line for who called, apart from the answer."""
    print(shown(text), file=sys.stderr, flush=True)


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def written(moment):
    """A moment as it is written down everywhere."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(text):
    """A moment that was written down; None for anything else."""
    try:
        return datetime.datetime.strptime(text or "", "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        return None


def environment():
    """What programs are started with: nothing of who called."""
    return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LC_ALL": "C.UTF-8"}


class Done:
    """What a program answered."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def last(self, lines=5):
        """The end of what it said, errors after the rest."""
        said = [line for line in (self.out + "\n" + self.err).splitlines() if line.strip()]
        return "; ".join(said[-lines:])


def run(command, seconds=120, text=""):
    """Runs a program to its end. One that takes longer is ended, and counts as failed (124)."""
    try:
        done = subprocess.run(command, env=environment(), input=text.encode(), capture_output=True, timeout=seconds, cwd="/", check=False)
    except subprocess.TimeoutExpired:
        return Done(124, "", f"{command[0]} took longer than {seconds} s and was ended")
    except FileNotFoundError:
        return Done(127, "", f"{command[0]} is not installed")
    return Done(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


class Stream:
    """A program whose output is read as it comes. What it says of errors is kept, the end of it."""

    SIZE = 1 << 18

    def __init__(self, command):
        # Ended with its generator, below.
        self.child = subprocess.Popen(  # pylint: disable=consider-using-with
            command, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/"
        )
        self.said = b""
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()

    def listen(self):
        for line in self.child.stderr:
            self.said = (self.said + line)[-2000:]

    def chunks(self):
        """Its output to the end. Raises Failed where it did not end well: what was read is then not whole."""
        try:
            while chunk := self.child.stdout.read1(self.SIZE):
                yield chunk
            code = self.child.wait()
            self.listener.join(10)
            if code != 0:
                raise Failed(self.said.decode(errors="replace").strip().replace("\n", "; ") or f"ended with status {code}")
        finally:
            if self.child.poll() is None:
                self.child.kill()
                self.child.wait()
            self.child.stdout.close()


def write(path, text, mode=0o600):
    """A file, whole or not at all."""
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


def write_json(path, value):
    write(path, json.dumps(value, sort_keys=True))


def read_json(path, otherwise=None):
    """What a file holds; `otherwise` where there is none or it is not whole."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return otherwise
