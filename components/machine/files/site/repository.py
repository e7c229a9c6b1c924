"""A project's repository: its deploy key, what is in it, and the checkout that the site runs from."""

import os
import re
import shutil

from forges import FORGES
from ground import Failed, Refused, run, write

REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
COMMIT = re.compile(r"[0-9a-f]{40}")
KEY_REFUSED = re.compile(
    r"permission denied|authentication failed|could not read username|repository not found|access denied",
    re.IGNORECASE,
)


def open_to(uid, path, tree):
    """Can the account write at this place? Judged by the nearest directory that is there."""
    folder = os.path.dirname(path)
    while len(folder) > len(tree) and not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    found = os.stat(folder)
    return found.st_uid == uid or bool(found.st_mode & 0o002)


class KeyRefused(Failed):
    """The repository does not let this machine read it."""


def deploy_key(site):
    """The public key by which this machine reads the repository; it is made on the machine once."""
    site.prepare()
    path = site.places.of("deploy_key")
    if not os.path.exists(path):
        made = run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"berth-{site.slug}@{os.uname().nodename}", "-f", path])
        if made.code != 0:
            raise Failed(f"no deploy key could be made: {made.last(3)}")
    with open(f"{path}.pub", encoding="utf-8") as file:
        return file.read().strip()


class Repository:
    """The clone of a site. Git runs as the site's account: what a repository holds gets no more rights."""

    def __init__(self, site):
        self.site = site
        self.account = site.account
        self.git_dir = site.places.git
        # Of root, where every site's account reads it.
        self.forges = os.path.join(os.path.dirname(self.git_dir), ".forges")

    def _as(self, command, text="", seconds=600, more=None):
        env = {
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": self.git_dir,
            "LC_ALL": "C.UTF-8",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_DIR": self.git_dir,
            "GIT_SSH_COMMAND": "ssh -F /dev/null -oBatchMode=yes -oConnectTimeout=20 -oStrictHostKeyChecking=accept-new "
            f"'-oGlobalKnownHostsFile={self.forges} /etc/ssh/ssh_known_hosts' -oUserKnownHostsFile={self.git_dir}/known_hosts",
            **(more or {}),
        }
        return run(["runuser", "-u", self.account, "--", *command], env=env, text=text, seconds=seconds)

    def git(self, *arguments, text="", seconds=600, more=None):
        """Git in the clone, without hooks."""
        return self._as(["git", "-c", "core.hooksPath=/dev/null", *arguments], text=text, seconds=seconds, more=more)

    def must(self, *arguments, text="", seconds=600, more=None):
        """What git answers where it shall succeed."""
        done = self.git(*arguments, text=text, seconds=seconds, more=more)
        if done.code != 0:
            verb = next(word for word in arguments if re.fullmatch("[a-z][a-z-]*", word))
            raise Failed(f"git {verb}: {done.last(5)}")
        return done.out

    def prepare(self):
        """An empty clone where there is none."""
        owner = self.site.owner()
        base = os.path.dirname(self.git_dir)
        for path in [base, os.path.dirname(self.site.places.next)]:
            os.makedirs(path, mode=0o755, exist_ok=True)
        for path in [self.git_dir, self.site.places.tree]:
            if not os.path.isdir(path):
                os.mkdir(path, 0o700 if path == self.git_dir else 0o755)
            # The backups' container mounts it before there is a checkout: then it is root's.
            if os.stat(path).st_uid != owner[0]:
                os.chown(path, *owner)
        write(self.forges, FORGES, 0o644)
        if not os.path.exists(os.path.join(self.git_dir, "HEAD")):
            self.must("init", "--quiet", "--bare", self.git_dir)

    def fetch(self):
        """All branches and tags, as they are now. The key is in an agent for as long as this takes."""
        deploy_key(self.site)
        with open(self.site.places.of("deploy_key"), encoding="utf-8") as file:
            key = file.read()
        script = 'ssh-add -q - 2>/dev/null && exec git -c core.hooksPath=/dev/null fetch --quiet --prune --force --tags -- "$1" "+refs/heads/*:refs/remotes/origin/*"'
        done = self._as(["ssh-agent", "sh", "-c", script, "sh", self.site.repository], text=key)
        if done.code != 0:
            said = f"{self.site.repository} cannot be read: {done.last(5)}"
            if KEY_REFUSED.search(done.err):
                raise KeyRefused(said)
            raise Failed(said)

    def check(self, ref):
        """Refuses what cannot be a reference: an option above all."""
        if ref and (not REF.fullmatch(ref) or ".." in ref or len(ref) > 200):
            raise Refused(f"{ref!r} is no branch, tag or commit: one has letters, digits, . _ - and / alone, no two dots, and begins with a letter or a digit")

    def resolve(self, ref):
        """The commit of a branch, a tag or a hash. Refuses what is not there and what looks like an option."""
        self.check(ref)
        tries = [f"refs/remotes/origin/{ref}", f"refs/tags/{ref}"]
        if re.fullmatch(r"[0-9a-f]{7,40}", ref):
            tries.append(ref)
        for name in tries:
            done = self.git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
            if done.code == 0:
                return done.out.strip()
        known = self.git("for-each-ref", "--format=%(refname:lstrip=3)", "refs/remotes/origin").out.split()
        there = ", ".join(known[:10]) or "none"
        raise Refused(f"{ref}: is no branch, tag or commit of {self.site.repository}; its branches: {there}")

    def on_branch(self, commit):
        """Is the commit in the history of the environment's branch?"""
        return self.git("merge-base", "--is-ancestor", commit, f"refs/remotes/origin/{self.site.branch}").code == 0

    def has(self, commit):
        return self.git("cat-file", "-e", f"{commit}^{{commit}}").code == 0

    def hold_on(self, commit):
        """Keeps a commit that ran, whatever becomes of the branch that it was on."""
        self.git("update-ref", f"refs/berth/{commit}", commit)

    def tracked(self, commit):
        """The files of a commit."""
        return set(filter(None, self.must("ls-tree", "-r", "-z", "--name-only", commit).split("\0")))

    def between(self, old, new):
        """Files that differ between two commits; empty where one of them is not there any more."""
        done = self.git("diff", "--name-only", "-z", old, new)
        return list(filter(None, done.out.split("\0"))) if done.code == 0 else []

    def lay_out(self, commit):
        """The files of a commit in a place of their own, where they are looked at and built."""
        place = self.site.places.next
        self.clear()
        os.mkdir(place, 0o755)
        os.chown(place, *self.site.owner())
        index = os.path.join(self.git_dir, "index.next")
        if os.path.exists(index):
            os.remove(index)
        self.must(f"--work-tree={place}", "read-tree", commit, more={"GIT_INDEX_FILE": index})
        self.must(f"--work-tree={place}", "checkout-index", "--all", "--force", more={"GIT_INDEX_FILE": index})
        os.remove(index)
        return place

    def clear(self):
        shutil.rmtree(self.site.places.next, ignore_errors=True)

    def in_the_way(self, commit):
        """What a checkout of the commit would write over, which no commit holds: changed files, and files of
        others at the place of new ones. Paths, sorted."""
        tree = self.site.places.tree
        if not os.path.exists(os.path.join(self.git_dir, "index")):
            present, changed = set(), set()
        else:
            present = set(filter(None, self.must("ls-files", "-z").split("\0")))
            self.git(f"--work-tree={tree}", "update-index", "-q", "--refresh")
            status = self.must(f"--work-tree={tree}", "diff-files", "-z", "--name-only", "--diff-filter=MT")
            changed = set(filter(None, status.split("\0")))
        target = self.tracked(commit)
        # A container made the directory its own: git cannot write there, and nobody else may for it.
        uid = self.site.owner()[0]
        closed = {path for path in self.changes(commit) if not open_to(uid, os.path.join(tree, path), tree)}
        strangers = {path for path in target - present if os.path.lexists(os.path.join(tree, path))}
        return sorted({path for path in changed | strangers if not self._same(path, commit)} | closed)

    def changes(self, commit):
        """What a checkout of the commit would write or take away."""
        if not os.path.exists(os.path.join(self.git_dir, "index")):
            return []
        done = self.git("diff-index", "--cached", "--name-only", "-z", commit)
        return list(filter(None, done.out.split("\0"))) if done.code == 0 else []

    def _same(self, path, commit):
        """Does the file hold what the commit has at its place? Then nothing is lost by writing it."""
        wanted = self.git("rev-parse", "--verify", "--quiet", f"{commit}:{path}")
        there = self.git("hash-object", "--", os.path.join(self.site.places.tree, path))
        return wanted.code == 0 and there.code == 0 and wanted.out == there.out

    def check_out(self, commit):
        """The checkout becomes the commit. What is not tracked stays."""
        tree = self.site.places.tree
        lock = os.path.join(self.git_dir, "index.lock")
        if os.path.exists(lock):
            # Of a run that was cut off: only one is at work at a time.
            os.remove(lock)
        self.must(f"--work-tree={tree}", "checkout", "--quiet", "--force", "--detach", commit)
