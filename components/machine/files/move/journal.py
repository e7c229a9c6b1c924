"""The journal of the command that moves a project: whole, on both machines, and there after the move too."""

import json
import sys

from ground import Refused

JOURNAL = "journal.json"
LARGEST = 1 << 24


def journal(move, put):
    if put:
        try:
            said = json.loads(sys.stdin.read(LARGEST))
        except ValueError:
            raise Refused("a journal is JSON") from None
        move.keep(JOURNAL, said)
    return {"journal": move.kept(JOURNAL)}
