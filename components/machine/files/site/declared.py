"""What a converge declared of a project, and the system account that its files belong to."""

import hashlib
import os
import pwd
import re
import subprocess

from ground import Places, Refused, environment, read_json

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Site:
    """A declared project on this machine."""

    def __init__(self, slug, said, root="/"):
        self.slug = slug
        self.places = Places(slug, root)
        self.environment = said["environment"]
        self.repository = said["repository"]
        self.branch = said["branch"]
        self.domain = said["domain"]
        self.names = said["names"]
        self.port = int(said["httpPort"])
        self.path = said["health"]["path"]
        self.seconds = int(said["health"]["seconds"])
        self.secrets = list(said["secrets"])
        self.files = list(said["files"])
        self.overlap = list(said.get("overlap", []))
        # What acts by itself; None where it is not declared.
        self.workers = said.get("workers")
        self.jobs = dict(said["jobs"])
        # The job on Jenkins whose word production waits for (R49); False where each with a key may tell; None where
        # tests are nothing to this environment.
        self.tested = said.get("tested")

    def prepare(self):
        """Makes the directories of the state, which root alone reads."""
        for path in [os.path.dirname(self.places.state), self.places.state]:
            os.makedirs(path, exist_ok=True)
            os.chmod(path, 0o700)

    @property
    def account(self):
        return account_of(self.slug)

    def owner(self):
        """Numbers of the account and its group, which are made where they are missing."""
        try:
            entry = pwd.getpwnam(self.account)
        except KeyError:
            subprocess.run(
                ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
                + ["--shell", "/usr/sbin/nologin", "--comment", f"Files of {self.slug}", self.account],
                env=environment(),
                check=True,
            )
            entry = pwd.getpwnam(self.account)
        return entry.pw_uid, entry.pw_gid


def account_of(slug):
    """The account of a slug: 32 characters at most, and never another slug's. A short name has 31 at most,
    one that had to be cut exactly 32."""
    if len(slug) <= 26:
        return f"site-{slug}"
    return f"site-{slug[:18]}-{hashlib.sha256(slug.encode()).hexdigest()[:8]}"


def site_of(slug, root="/"):
    """The declared project of a slug. Refuses one that this machine does not deliver."""
    if not SLUG.fullmatch(slug):
        raise Refused(f"{slug!r} is no project's slug")
    said = read_json(Places(slug, root).declared)
    if said is None:
        known = ", ".join(all_slugs(root)) or "none"
        raise Refused(
            f"{slug}: this machine does not deliver it (it delivers: {known}); "
            "declare its repository in the stack file and converge"
        )
    return Site(slug, said, root)


def all_slugs(root="/"):
    """What this machine delivers, sorted."""
    folder = os.path.join(root, "etc/berth/sites")
    if not os.path.isdir(folder):
        return []
    names = (name[: -len(".json")] for name in os.listdir(folder) if name.endswith(".json"))
    return sorted(name for name in names if SLUG.fullmatch(name))
