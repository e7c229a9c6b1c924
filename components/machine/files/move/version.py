"""The version that the other machine is offered: what is delivered here later is not there, nor is what only that mounts."""

from ground import Refused

FILE = "version.json"


def note(move):
    """That of the move's first offer: a later one finds the other machine with what it had. What serves here again by a
    promotion is none of that move any more."""
    if move.kept(FILE) is None:
        move.keep(FILE, {"commit": move.delivered()["commit"]})


def refuse_other(move):
    """Refuses a freeze once another version was delivered here."""
    offered = (move.kept(FILE) or {}).get("commit")
    there = (move.delivered() or {}).get("commit")
    if offered and there != offered:
        raise Refused(
            f"{move.slug}: {str(there)[:12]} was delivered here since {offered[:12]} was offered to the other machine, which has that one; "
            f"give up and begin again: berth migrate {move.slug} --abort"
        )


def end(move):
    move.drop(FILE)
