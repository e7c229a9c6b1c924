"""A move of one project: what a converge declared of it, and what is kept of the move on this machine."""

import contextlib
import fcntl
import json
import os
import re
import time

from ground import Failed, Refused, now, read_json, write, written

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# Phases as `status` tells them: of the machine that a project leaves, and of the one that it comes to.
SOURCE = ("serving", "frozen", "sealed", "moved", "down")
TARGET = ("none", "following", "renounced", "promoted")
PHASE = "phase.json"
# A verb that was cut off lets its lock go with its last process.
PATIENCE = 60


class Move:
    """A project on this machine that moves, may move or has moved. `root` is another directory than / in tests alone."""

    def __init__(self, slug, said, root="/"):
        self.slug = slug
        self.root = root
        self.state = os.path.join(root, "var/lib/berth/moves", slug)
        self.site = os.path.join(root, "var/lib/berth/sites", slug)
        self.tree = os.path.join(root, "srv/berth", slug)
        backup = read_json(os.path.join(root, "etc/berth/backups", slug, "declared.json"), {})
        # What else than volumes is a project's data, and how far it may shrink unasked.
        self.files = sorted({*said.get("files", []), *backup.get("files", [])})
        self.shrink = float(backup.get("shrink", 0.5))
        # Why nobody needs what a backup leaves out.
        self.exclude = backup.get("exclude") or {}

    def of(self, name):
        """A file of the move's state, which root alone reads."""
        return os.path.join(self.state, name)

    def prepare(self):
        """Makes the directory of the state. Its own stays when the move ends: a container looks into it."""
        for path in (os.path.dirname(self.state), self.state):
            os.makedirs(path, mode=0o700, exist_ok=True)
            os.chmod(path, 0o700)

    @contextlib.contextmanager
    def alone(self, name="verb.lock"):
        """One verb of a move at a time."""
        self.prepare()
        with open(self.of(name), "a", encoding="utf-8") as lock:
            until = time.monotonic() + PATIENCE
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    if time.monotonic() >= until:
                        raise Failed(f"{self.slug}: another command of its move is at work here; see: berth-move status {self.slug}") from None
                time.sleep(0.05)
            yield

    def kept(self, name, otherwise=None):
        """What a JSON file of the state holds."""
        return read_json(self.of(name), otherwise)

    def keep(self, name, value):
        self.prepare()
        write(self.of(name), json.dumps(value, sort_keys=True))

    def drop(self, *names):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                os.remove(self.of(name))

    def delivered(self):
        """What the last delivery started: {project, mounts, commit, acting}; None before the first one."""
        kept = read_json(os.path.join(self.site, "kept.json"))
        current = read_json(os.path.join(self.site, "current"))
        if not kept or not current:
            return None
        return {"project": kept["project"], "mounts": kept["mounts"], "commit": current["commit"], "acting": current.get("acting")}

    def is_beside(self):
        """Was it delivered here to be tried beside the machine that serves? See files/site/beside.py."""
        return os.path.exists(os.path.join(self.site, "beside.json"))

    def compose(self):
        """The name of its Compose project. Refuses where nothing was delivered."""
        delivered = self.delivered()
        if delivered is None:
            raise Refused(f"{self.slug}: nothing was delivered here yet; deliver it: berth deploy {self.slug}")
        return delivered["project"]

    def phase(self):
        """Where this machine stands in the move: {role, phase, since}."""
        return self.kept(PHASE) or {"role": "none", "phase": "none", "since": None}

    def enter(self, role, phase):
        """From now on it stands there. Answers whether it did not before."""
        before = self.phase()
        if (before["role"], before["phase"]) == (role, phase):
            return False
        assert phase in {"source": SOURCE, "target": TARGET}[role]
        self.keep(PHASE, {"role": role, "phase": phase, "since": written(now())})
        return True


def move_of(slug, root="/"):
    """A declared project, or one whose move was begun here while it was declared. Refuses any other."""
    if not SLUG.fullmatch(slug):
        raise Refused(f"{slug!r} is no project's slug")
    folder = os.path.join(root, "etc/berth/sites")
    said = read_json(os.path.join(folder, f"{slug}.json"))
    if said is None and os.path.exists(os.path.join(root, "var/lib/berth/moves", slug, PHASE)):
        said = {}
    if said is None:
        names = sorted(name[:-5] for name in os.listdir(folder) if name.endswith(".json")) if os.path.isdir(folder) else []
        raise Refused(
            f"{slug}: this machine does not deliver it (it delivers: {', '.join(names) or 'none'}); declare its repository in the stack file and converge"
        )
    return Move(slug, said, root)


def status(move):
    """Where this machine stands, who moves it and what stops what here."""
    lease = move.kept("lease.json")
    journal = move.kept("journal.json") or {}
    return {
        **move.phase(),
        "by": lease["by"] if lease else None,
        "marker": move.kept("marker"),
        "journal": bool(journal),
    }
