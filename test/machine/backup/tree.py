"""Packs a tree whose files change under the reader: tree.py PROGRAM ROOT ARCHIVE [FAULTS] [SKIP...]

FAULTS is JSON, path below ROOT to what happens to that file once the reader is so far in it:
{"cut": [at, size]} truncated, {"broken": at} cannot be read further, {"grow": bytes} appended to, {"rewrite": at}
written to within, {"vanish": true} deleted after its directory was listed, {"swap": target} replaced by a link then.
"""

import errno
import json
import os
import sys

sys.path.insert(0, sys.argv[1])

from archive import Archive  # noqa: E402

root, place = sys.argv[2:4]
faults = json.loads(sys.argv[4]) if len(sys.argv) > 4 else {}
inodes = {os.stat(os.path.join(root, path)).st_ino: path for path in faults}
read, listed = os.pread, os.listdir


def pread(handle, length, at):
    path = inodes.get(os.fstat(handle).st_ino)
    fault = faults.get(path, {})
    file = path and os.path.join(root, path)
    if "broken" in fault and at + length > fault["broken"]:
        if at >= fault["broken"]:
            raise OSError(errno.EIO, "Input/output error")
        length = fault["broken"] - at
    if "cut" in fault and at + length > fault["cut"][0]:
        os.truncate(file, fault.pop("cut")[1])
    if "grow" in fault:
        with open(file, "ab") as growing:
            growing.write(b"+" * fault["grow"])
    if "rewrite" in fault and at > fault["rewrite"]:
        with open(file, "r+b") as written:
            written.write(os.urandom(8))
    return read(handle, length, at)


def listdir(handle):
    names = listed(handle)
    here = os.readlink(f"/proc/self/fd/{handle}")
    for path, fault in faults.items():
        file = os.path.join(root, path)
        if os.path.dirname(file) == here and ("vanish" in fault or "swap" in fault) and not os.path.islink(file):
            os.remove(file)
            if "swap" in fault:
                os.symlink(fault["swap"], file)
    return names


os.pread, os.listdir = pread, listdir
with open(place, "wb") as sink:
    archive = Archive(sink)
    entry = archive.tree("media", root, sys.argv[5:])
    archive.member("z-last.txt", 4, [b"last"])
    archive.close()
print(json.dumps(entry))
