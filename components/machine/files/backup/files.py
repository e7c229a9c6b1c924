"""Which files of a project go into an archive: volumes by their names in the Compose file, and declared paths."""

import os
import re

from docker import volumes
from ground import Failed

# Where databases keep their own data: it is in the dump.
DATA = re.compile(r"^/(var/lib/postgresql|data/(db|configdb)|bitnami/(postgresql|mongodb))(/|$)")


class Tree:
    """Files of one name. `place`: where they are on the machine; `home`: where they are also while nothing runs that has
    them mounted, None where that is not on its disk."""

    def __init__(self, name, place, home):
        self.name, self.place, self.home = name, place, home


def trees(project, mounts, databases):
    """What is read, and what is left out with the reason. `mounts`: [{service, kind, volume, target}], of what runs
    and of the last delivery; `databases`: services that are dumped. Raises Failed where a declared path is nowhere."""
    there = volumes(each["volume"] for each in mounts if each["kind"] == "volume")
    left_out, found = [], {}
    for volume in there.values():
        users = [each for each in mounts if each["kind"] == "volume" and each["volume"] == volume.name]
        reason = reason_of(project, volume, users, databases)
        if reason:
            left_out.append({"what": f"volume {volume.called}", "reason": reason})
        elif reason is None:
            found[volume.called] = Tree(volume.called, volume.place, volume.home)
    for path in project.files:
        place, home, whole = place_of(path, mounts, there)
        if place is None:
            raise Failed(f"files: {path}: no service of the project mounts it; take it out, or mount a volume there")
        if whole and any(tree.place == whole for tree in found.values()):
            continue
        name = path.strip("/").replace("/", "-")
        if name in found and found[name].place != place:
            raise Failed(f"files: {path}: would have the name {name} in the archive, which {found[name].place} has already; give the volume, or what is mounted, another name")
        found[name] = Tree(name, place, home)
    return [found[name] for name in sorted(found)], left_out


def reason_of(project, volume, users, databases):
    """Why a volume is not read; None where it is, and an empty text where it is in a dump."""
    if volume.called in project.exclude:
        return project.exclude[volume.called]
    others = [each for each in users if not (each["service"] in databases and DATA.match(each["target"]))]
    if not others:
        return ""
    if all(each["service"] in project.exclude for each in others):
        return project.exclude[others[0]["service"]]
    if volume.anonymous:
        return "has no name in the Compose file, and goes with its container"
    return None


def place_of(path, mounts, there):
    """Where a path of a container is on the machine, as of a tree, and the volume's own place where it lies in one."""
    best = None
    for each in mounts:
        target = each["target"].rstrip("/")
        if (path == target or path.startswith(f"{target}/")) and (best is None or len(target) > len(best["target"])):
            best = {**each, "target": target}
    if best is None:
        return None, None, None
    inside = path[len(best["target"]) :].lstrip("/")
    if best["kind"] == "volume":
        volume = there.get(best["volume"])
        if volume is None:
            return None, None, None
        return os.path.join(volume.place, inside), volume.home and os.path.join(volume.home, inside), volume.place
    place = os.path.join(best["volume"], inside).rstrip("/")
    return place, place, None


def directories(mounts, found):
    """Directories of the machine that services mount and nobody reads: no delivery refused them."""
    read = {tree.place for tree in found}
    places = sorted({each["volume"] for each in mounts if each["kind"] == "bind"} - read)
    return [{"what": f"directory {place}", "reason": "is the machine's own, and no volume of the project"} for place in places]


def mounts_of(containers, kept):
    """What the containers mount, and what the last delivery's others do."""
    found = [
        {
            "service": each.service,
            "kind": mount["Type"],
            "volume": mount["Name"] if mount["Type"] == "volume" else mount["Source"],
            "target": mount["Destination"].rstrip("/") or "/",
        }
        for each in containers
        for mount in each.mounts
    ]
    seen = {(each["service"], each["target"]) for each in found}
    return found + [each for each in kept if (each["service"], each["target"]) not in seen]
