"""The trees of files that a move takes: a project's volumes but for databases' own, and what of its directories its
containers write into."""

import os

import files
from databases import databases
from docker import containers
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
    for mount in mounts:
        place = mount["volume"].rstrip("/")
        if mount["kind"] != "bind" or not os.path.isdir(place) or any(is_within(place, each) for each in found.values()):
            continue
        if not place.startswith(f"{move.tree}/"):
            left_out.append({"what": place, "reason": "is a directory of the machine, not of the project"})
        elif not tracked(move, place):
            found[os.path.relpath(place, move.tree).replace("/", "-")] = place
    return [{"name": name, "place": found[name], "owned": is_within(found[name], move.tree)} for name in sorted(found)], left_out


def is_within(place, folder):
    return place == folder or place.startswith(f"{folder}/")


def tracked(move, place):
    """Is it source code, which the other machine has of its own?"""
    words = ["git", "--git-dir", f"{move.tree}.git", "--work-tree", move.tree, "ls-files", "--", place]
    return bool(run(["setpriv", "--reuid", str(owner(move)["uid"]), "--clear-groups", "--no-new-privs", *words], seconds=60).out.strip())


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
