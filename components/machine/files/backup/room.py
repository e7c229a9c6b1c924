"""Room for what is brought back beside what is there: a disk that is filled takes the database down that serves."""

import os
import shutil

from ground import Failed

# So much stays free for what goes on meanwhile.
KEPT = 256 << 20


def needs(restore):
    """What a restore brings where. Of an archive that does not tell how much of its files are holes, all of them."""
    path = restore.project.places.state
    yield path, 0 if restore.fetched else restore.manifest["archive"]["bytes"]
    for server in restore.manifest["databases"]:
        beside = restore.besides.get(server["service"])
        place = beside.data if beside else restore.loaders[server["service"]].place()
        yield place or path, sum(each["bytes"] for each in server["databases"]) + (server.get("dump") or {}).get("bytes", 0)
    for tree, home in restore.trees.values():
        yield home, tree.get("disk", tree["bytes"])


def refuse(needs):
    """`needs`: a place on the machine, and the bytes that come there, each. Refuses by the disk that they lie on."""
    disks = {}
    for place, size in needs:
        while not os.path.exists(place):
            place = os.path.dirname(place)
        disk = disks.setdefault(os.stat(place).st_dev, [place, 0])
        disk[1] += size
    for place, size in disks.values():
        free = shutil.disk_usage(place).free
        if free < size + KEPT:
            raise Failed(
                f"the disk of {place} has {free >> 20} MB left, and the restore needs {(size + KEPT) >> 20} MB there beside what it has; "
                "make room (docker system df), or give the machine a larger disk"
            )
