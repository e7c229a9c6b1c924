"""The trees of files that a move takes: a project's volumes but for databases' own, and what of its directories its
containers write into."""

import os

import files
from databases import containers, databases
from ground import Failed, run


class Wanted:
    """What backups call a project, for a move: nothing with a name is left behind, also what a backup may do without."""

    def __init__(self, move):
        self.files, self.exclude = move.files, {}


def trees_of(move):
    """[{name, place, owned}], by name, and what is left out with the reason. `owned`: lies in the checkout, where the
    account that files belong to has another number on each machine."""
    there = containers(move.compose())
    mounts = files.mounts_of(there, move.delivered()["mounts"])
    known, left_out = files.trees(Wanted(move), mounts, {each.service for _, each in databases(there)})
    found = {tree.name: tree.place for tree in known}
    for place in written(move):
        if any(is_within(place, each) for each in found.values()):
            continue
        if place == move.tree:
            left_out.append({"what": place, "reason": "is the checkout; what is written in it moves where backup.files names it"})
        elif not is_within(place, move.tree):
            left_out.append({"what": place, "reason": "is a directory of the machine, not of the project"})
        elif not source_code(move, place):
            found[os.path.relpath(place, move.tree).replace("/", "-")] = place
    return [{"name": name, "place": found[name], "owned": is_within(found[name], move.tree)} for name in sorted(found)], left_out


def is_within(place, folder):
    return place == folder or place.startswith(f"{folder}/")


def written(move):
    """Directories that its services mount and may write into."""
    mounts = (each for each in move.delivered()["mounts"] if each["kind"] == "bind" and each.get("writable", True))
    places = {each["volume"].rstrip("/") for each in mounts}
    return sorted(each for each in places if os.path.isdir(each) and not os.path.islink(each))


def source_code(move, place):
    """Are there tracked files, which the other machine has of its own, and not only one that keeps the directory? Asked
    as the account that the checkout belongs to: git does what its settings say."""
    path = os.path.relpath(place, move.tree)
    words = ["git", "--git-dir", f"{move.tree}.git", "ls-tree", "-r", "--name-only", move.delivered()["commit"], "--", f"{path}/"]
    done = run(["setpriv", "--reuid", str(owner(move)["uid"]), "--regid", str(owner(move)["gid"]), "--clear-groups", *words], seconds=60)
    if done.code != 0:
        raise Failed(f"{place}: whether it is source code cannot be told: {done.last()}")
    names = [os.path.basename(each) for each in done.out.splitlines()]
    return any(not each.startswith(".git") and each not in (".keep", "README.md") for each in names)


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
