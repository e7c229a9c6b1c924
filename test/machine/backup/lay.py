"""Lays the tree `media` of an archive out as a machine does in place: lay.py PROGRAM ARCHIVE PLACE"""

import hashlib
import os
import sys
import tarfile

sys.path.insert(0, sys.argv[1])

import unpack  # noqa: E402
from content import Content  # noqa: E402
from laying import Laid  # noqa: E402

place = sys.argv[3]
laid = Laid("media", place)
laid.begin()
with open(sys.argv[2], "rb") as file, tarfile.open(fileobj=Content(unpack.read_chunks(file)), mode="r|", errors="surrogateescape") as tar:
    for member in tar:
        if member.name == "files/media.sha256":
            listing = tar.extractfile(member).read()
            laid.compare(listing, hashlib.sha256(listing).hexdigest())
        elif member.name.startswith("files/"):
            laid.take(tar, member, member.name.partition("/")[2].partition("/")[2])
os.rename(laid.fresh, place)
