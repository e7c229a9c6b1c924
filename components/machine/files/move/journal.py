"""The journal of the command that moves a project: whole, on both machines, and there after the move too."""

JOURNAL = "journal.json"


def journal(move, put, said=None):
    """`put`: keeps what it is told."""
    if put:
        move.keep(JOURNAL, said)
    return {"journal": move.kept(JOURNAL)}
