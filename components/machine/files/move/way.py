"""How a move's databases come to the other machine: they follow, or they are dumped there and restored here while
visitors wait. Both machines are told with the move's first verb that differs."""

from ground import Refused

FILE = "way.json"
DUMP, REPLICATION = "dump", "replication"


def choose(move, said):
    """What comes with `offer` and `follow`. Refuses another than was begun with."""
    wanted = said.get("way", REPLICATION)
    if wanted not in (DUMP, REPLICATION):
        raise Refused(f"way: {wanted!r} is none of {DUMP}, {REPLICATION}")
    before = move.kept(FILE)
    if before is not None and before["way"] != wanted:
        raise Refused(f"{move.slug}: is moving by {before['way']}; give that up first: berth migrate {move.slug} --abort")
    move.keep(FILE, {"way": wanted})
    return wanted


def by_dump(move):
    return (move.kept(FILE) or {}).get("way") == DUMP


def end(move):
    move.drop(FILE)
