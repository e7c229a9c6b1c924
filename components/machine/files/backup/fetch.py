"""Fetches an archive by the address that a person's command was given for it, which nobody is told."""

import glob
import hashlib
import os
import shutil
import time
import urllib.error
import urllib.request

from ground import Failed, say

NAME = "restore-{}.tar.lrz"
PIECE = 1 << 20
# A download that breaks off is taken up where it was, so often.
TRIES = 20
PAUSE = 3
# Beside the archive itself, so much stays free.
ROOM = 64 << 20


def fetch(address, directory, size, digest):
    """The archive whole and with this SHA-256, or Failed. Answers where it is in the directory. What is there of it
    already is gone on with; what another restore left there of another archive goes."""
    path = os.path.join(directory, NAME.format(digest[:16]))
    for other in glob.glob(os.path.join(glob.escape(directory), NAME.format("*"))):
        if other != path:
            os.remove(other)
    whole(address, path, size, digest)
    return path


def whole(address, path, size, digest):
    at = os.path.getsize(path) if os.path.exists(path) else 0
    if at >= size:
        # Of a restore that was cut off once it had all of it: nothing is left to ask for.
        if digest_of(path) == digest:
            return
        os.remove(path)
        at = 0
    free = shutil.disk_usage(os.path.dirname(path)).free
    if free < size - at + ROOM:
        raise Failed(f"the disk has {free} bytes left, and the archive takes {size}")
    for left in reversed(range(TRIES)):
        try:
            at = go_on(address, path, at, size)
        except urllib.error.HTTPError as problem:
            if problem.code < 500:
                raise Failed(f"the archive is not given: {problem.code} {problem.reason}; was the command begun long ago?") from None
        except (OSError, EOFError):
            pass
        at = os.path.getsize(path) if os.path.exists(path) else 0
        if at >= size:
            break
        if not left:
            raise Failed(f"the archive breaks off after {at} of {size} bytes; run it again to go on")
        say(f"goes on after {at} bytes")
        time.sleep(PAUSE)
    if digest_of(path) != digest:
        os.remove(path)
        raise Failed("the archive is not the one of its manifest: it has another SHA-256")


def go_on(address, path, at, size):
    request = urllib.request.Request(address, headers={"Range": f"bytes={at}-"} if at else {})
    told = time.monotonic()
    with urllib.request.urlopen(request, timeout=60) as answer:
        if at and answer.status != 206:
            at = 0
        with open(path, "ab" if at else "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            while at < size and (piece := answer.read(min(PIECE, size - at))):
                file.write(piece)
                at += len(piece)
                if time.monotonic() - told > 5:
                    told = time.monotonic()
                    say(f"fetched: {at * 100 // size} %")
    return at


def digest_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
