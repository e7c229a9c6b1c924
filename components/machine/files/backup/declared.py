"""What a converge declared of a project's backups, what its last delivery started, and the key to write with."""

import json
import os
import re

from ground import Failed, Places, Refused, read_json, write
from store import Place

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
FOLDER = "etc/berth/backups"


class Project:
    """A project that this machine backs up."""

    def __init__(self, slug, said, root="/"):
        self.slug = slug
        self.places = Places(slug, root)
        self.environment = said["environment"]
        self.place = Place(said["bucket"], said["region"], owner=said.get("owner", ""))
        self.prefix = said["prefix"]
        self.kind = said["kind"]
        self.at = list(said["at"])
        self.consistency = said["consistency"]
        self.files = list(said["files"])
        self.exclude = dict(said["exclude"])
        self.shrink = float(said["shrink"])
        self.recipients = list(said["recipients"])
        # The server over the network that holds the databases: {host, port, user, image}.
        self.rds = said.get("rds")
        # What people brought up, and no delivery.
        self.compose = said.get("compose")
        # A backup before a restore takes what there is: it may be what was lost that is restored.
        self.lenient = False

    def prepare(self):
        """Makes the directory of the state, which root alone reads, where a converge has not."""
        os.makedirs(self.places.state, mode=0o700, exist_ok=True)

    def delivered(self):
        """What the last version that was started mounts, and the commit that serves: {project, mounts, commit}; None
        before the first delivery. Of a Compose project that people brought up its containers tell."""
        if self.compose:
            return {"project": self.compose, "mounts": [], "commit": None}
        kept = read_json(os.path.join(self.places.site, "kept.json"))
        current = read_json(os.path.join(self.places.site, "current"))
        if not kept or not current:
            return None
        return {"project": kept["project"], "mounts": kept["mounts"], "commit": current["commit"]}

    def is_ready(self):
        """There is something to back up, and the key to do it with."""
        return self.delivered() is not None and os.path.exists(self.places.credential)

    def credential(self):
        """The key. Raises Failed where none was brought."""
        found = read_json(self.places.credential)
        if not found:
            raise Failed("no key to write archives with was brought to this machine; bring it: pulumi up")
        return found


def project_of(slug, root="/"):
    """The declared project of a slug. Refuses one that this machine does not back up."""
    if not SLUG.fullmatch(slug):
        raise Refused(f"{slug!r} is no project's slug")
    said = read_json(Places(slug, root).declared)
    if said is None:
        known = ", ".join(all_slugs(root)) or "none"
        raise Refused(f"{slug}: this machine does not back it up (it backs up: {known}); declare its backup in the stack file and converge")
    return Project(slug, said, root)


def all_slugs(root="/"):
    """What this machine backs up, sorted."""
    folder = os.path.join(root, FOLDER)
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return sorted(name for name in names if SLUG.fullmatch(name) and os.path.exists(os.path.join(folder, name, "declared.json")))


def keep_key(project, text):
    """Takes a key that was brought; answers whether it is another than before. Refuses what is none, without saying
    what it was."""
    # The password of a server over the network comes with it.
    names = ["accessKeyId", "secretAccessKey", *(["serverPassword"] if project.rds else [])]
    try:
        said = json.loads(text)
        key = {name: said[name] for name in names}
        whole = len(said) == len(names) and all(isinstance(each, str) and each.isprintable() and each for each in key.values())
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise Refused(f"{project.slug}: what was brought is no key: a JSON object with {' and '.join(names)}")
    if read_json(project.places.credential) == key:
        return False
    write(project.places.credential, json.dumps(key))
    return True
