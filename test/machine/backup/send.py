"""Writes an object as a machine does: send.py PROGRAM. Standard input is JSON: place, key, credential, size, act, patience.
Answers JSON: what `complete` answered, or the kind of the problem and its text."""

import json
import os
import signal
import sys
import time

sys.path.insert(0, sys.argv[1])

from failures import BackupFailed  # noqa: E402
from store import PATIENCE, Place  # noqa: E402
from upload import Upload, put  # noqa: E402

asked = json.load(sys.stdin)
place, key, credential = Place(**asked["place"]), asked["key"], asked["credential"]
patience, act = asked.get("patience", PATIENCE), asked.get("act", "upload")
content = (b"0123456789abcdef" * (asked["size"] // 16 + 1))[: asked["size"]]
try:
    if act == "put":
        version = put(place, key, credential, content, patience)
        print(json.dumps({"done": True, "version": version}))
        sys.exit()
    upload = Upload(place, key, credential, patience)
    try:
        for at in range(0, len(content), 1_000_003):
            upload.write(content[at : at + 1_000_003])
        if act == "kill":
            time.sleep(1)
            os.kill(os.getpid(), signal.SIGKILL)
        if act == "abort":
            upload.abort()
            print(json.dumps({"done": "given up"}))
            sys.exit()
        print(json.dumps({"done": upload.complete()}))
    except BackupFailed:
        upload.abort()
        raise
except BackupFailed as problem:
    print(json.dumps({"problem": type(problem).__name__, "text": str(problem), "doubt": getattr(problem, "in_doubt", None)}))
