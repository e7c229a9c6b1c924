"""What of a project's files no pass takes. Where it may be data, the project does not move before somebody says where it
belongs: on the machine that it leaves it would be missed once that is gone."""

import os
import stat

from known import passes
from own import is_within

# What every delivery lays out anew, and what programs make of the checkout by themselves.
LAID = (".env", "docker-compose.override.yml", "secrets")
MADE = ("__pycache__", ".git")
SYSTEM = ("/var/run/", "/run/", "/proc", "/sys", "/etc/", "/dev")
NAMED = 5


def told(move, taken, tracked):
    """[{what, reason, data}], once for each place. `taken`: places that passes take, or that are databases' own;
    `tracked`: paths that the commit has; `data`: the move is refused for it."""
    found = {}
    for each in move.delivered()["mounts"]:
        place = each["volume"].rstrip("/")
        if each["kind"] != "bind" or not each.get("writable", True) or any(is_within(place, other) for other in taken):
            continue
        if found.get(place, {}).get("data"):
            continue
        why = reason(move, place, each["target"], taken, tracked)
        if not why:
            continue
        unneeded = next((move.exclude[name] for name in (each["service"], place) if name in move.exclude), None)
        if unneeded or passes(each["target"]):
            found[place] = {"what": place, "reason": unneeded or "the project makes it anew", "data": False}
        else:
            found[place] = {"what": place, "reason": f"mounted by {each['service']} at {each['target']}, {why}", "data": True}
    return [found[place] for place in sorted(found)]


def elsewhere(move, trees):
    """The same of volumes that Docker mounts from elsewhere as long as a container has them: at the switch none has."""
    why = "is mounted from elsewhere while a container has it, and at the switch none has; where the new machine mounts the same, say so: backup.exclude"
    return [{"what": f"volume {each.name}", "reason": move.exclude.get(each.name, why), "data": each.name not in move.exclude} for each in trees]


def reason(move, place, target, taken, tracked):
    """Why it stays; None where nothing is lost with it."""
    if place.startswith(SYSTEM) or not os.path.lexists(place):
        return None
    path = os.path.relpath(place, move.tree)
    if os.path.islink(place):
        return "is a link; mount what it leads to"
    if os.path.isdir(place):
        if is_within(place, move.tree):
            return among_sources(move, path, target, taken, tracked)
        return f"is a directory outside of the project; name it in its files: [{target}]" if os.listdir(place) else None
    if path in tracked or path.split("/")[0] in LAID or not stat.S_ISREG(os.stat(place).st_mode):
        return None
    return "is a single file that no commit has; have the directory that holds it mounted, and name that in the project's files"


def among_sources(move, path, target, taken, tracked):
    """A directory of tracked files, in which more was written."""
    found = [each for each in strangers(move, path, taken, tracked) if not passes(each)]
    if not found:
        return None
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return f"holds what no commit has: {', '.join(found[:NAMED])}{more}; have what of it is data in directories of its own, and name those in the project's files, as {target}/…"


def strangers(move, path, taken, tracked):
    """What no commit has below a directory of the checkout, as paths from there; a directory once."""
    folders = {""}
    for name in tracked:
        while name := os.path.dirname(name):
            folders.add(name)
    found = []
    for folder, below, files in os.walk(os.path.normpath(os.path.join(move.tree, path))):
        at = os.path.relpath(folder, move.tree)
        for name in sorted(below):
            place, known = os.path.join(folder, name), os.path.normpath(os.path.join(at, name))
            leads = any(is_within(other, place) for other in taken)
            if known in LAID or name in MADE or any(is_within(place, other) for other in taken):
                below.remove(name)
            elif known not in folders and not leads:
                below.remove(name)
                found += [f"{known}/"] if holds(place) else []
        names = (os.path.normpath(os.path.join(at, name)) for name in sorted(files))
        found += [each for each in names if each not in tracked and each not in LAID and not each.endswith(".pyc")]
    return sorted(found)


def holds(place):
    """Is there any file in it?"""
    return os.path.islink(place) or any(files for _, _, files in os.walk(place))
