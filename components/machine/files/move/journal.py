"""The journal of the command that moves a project: whole, on both machines, and there after the move too."""

import os

from ground import Refused

JOURNAL = "journal.json"


def journal(move, put, said=None):
    """`put`: keeps what it is told. Refuses to answer from a file that is not whole: a move that is under way would look
    like none."""
    if put:
        move.keep(JOURNAL, said)
    kept = move.kept(JOURNAL)
    if kept is None and os.path.exists(move.of(JOURNAL)):
        raise Refused(
            f"{move.of(JOURNAL)}: the journal of a move of {move.slug} is not whole here; where the other machine has its own "
            f"(berth-move journal {move.slug} there), move this one away, and run the same command again"
        )
    return {"journal": kept}
