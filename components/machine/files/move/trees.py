"""The trees of files that a move takes: a project's volumes but for databases' own, and what of its directories its
containers write into."""

import os

import files
import own
import stays
from databases import containers, databases
from ground import Failed, run
from own import is_within


class Wanted:
    """What backups call a project, for a move: nothing with a name is left behind, also what a backup may do without."""

    def __init__(self, move):
        self.files, self.exclude = move.files, {}


def trees_of(move):
    """[{name, place, owned}], by name, and what is left out: [{what, reason, data}]; see stays.py. `owned`: lies in the
    checkout, where the account that files belong to has another number on each machine."""
    there = containers(move.compose())
    mounts = files.mounts_of(there, move.delivered()["mounts"])
    volumes, nameless = files.trees(Wanted(move), mounts, {each.service for _, each in databases(there)})
    owned = own.places(move, there)
    names = tracked(move)
    known = {tree.name: os.path.realpath(tree.home) for tree in volumes if tree.home}
    for name, place in written(move, names).items():
        if not any(is_within(place, each) for each in known.values()):
            # A volume may have the name of a directory.
            known[f"checkout-{name}" if name in known else name] = place
    found = own.without(known, owned)
    away = [tree for tree in volumes if not tree.home]
    left_out = [{**each, "data": False} for each in nameless] + stays.elsewhere(move, away) + stays.told(move, {*found.values(), *owned}, names)
    return [{"name": name, "place": found[name], "owned": is_within(found[name], move.tree)} for name in sorted(found)], left_out


def written(move, names):
    """Directories of the checkout that its services mount and may write into, by name; where tracked files are, the other
    machine has those of its own."""
    mounts = (each for each in move.delivered()["mounts"] if each["kind"] == "bind" and each.get("writable", True))
    places = {each["volume"].rstrip("/") for each in mounts}
    mine = (each for each in places if is_within(each, move.tree) and each != move.tree and os.path.isdir(each) and not os.path.islink(each))
    paths = (os.path.relpath(each, move.tree) for each in mine)
    return {path.replace("/", "-"): os.path.join(move.tree, path) for path in sorted(paths) if not source_code(path, names)}


def source_code(path, names):
    """Are there tracked files, and not only one that keeps the directory?"""
    held = (os.path.basename(each) for each in names if each.startswith(f"{path}/"))
    return any(not each.startswith(".git") and each not in (".keep", "README.md") for each in held)


def tracked(move):
    """Paths that the delivered commit has. Asked as the account that the checkout belongs to: git does what its settings
    say."""
    account = owner(move)
    words = ["git", "--git-dir", f"{move.tree}.git", "ls-tree", "-r", "-z", "--name-only", move.delivered()["commit"]]
    done = run(["setpriv", "--reuid", str(account["uid"]), "--regid", str(account["gid"]), "--clear-groups", *words], seconds=60)
    if done.code != 0:
        raise Failed(f"{move.tree}: what of it is source code cannot be told: {done.last()}")
    return set(filter(None, done.out.split("\0")))


def owner(move):
    """Numbers of the account that the checkout belongs to."""
    status = os.stat(move.tree)
    return {"uid": status.st_uid, "gid": status.st_gid}


def measured(tree):
    """How much there is in it, and what of it cannot move: {name, place, bytes, entries, devices}."""
    found = {"name": tree["name"], "place": tree["place"], "bytes": 0, "entries": 0, "devices": []}
    done = run(["find", tree["place"], "-printf", "%y %s %P\\0"], seconds=3600)
    if done.code not in (0, 1):
        raise Failed(f"{tree['place']}: {done.last()}")
    for entry in done.out.split("\0"):
        if entry:
            kind, size, path = entry.split(" ", 2)
            found["entries"] += 1
            found["bytes"] += int(size) if kind == "f" else 0
            if kind in "bc":
                found["devices"].append(path)
    return found
