"""What the machine that a project leaves gives the one that it comes to."""

import account
import giving
import postgres
import relay
import source
import version
import way
from ground import Refused


def offer(move, said, back=False):
    """Lets the other machine in, as far as this move needs. Answers how it reaches what. `back`: for the way back, which
    is its databases alone, also where they follow yet."""
    role, phase = (move.phase()[each] for each in ("role", "phase"))
    if role == "target" and phase != "promoted" and not (back and phase == "following"):
        raise Refused(f"{move.slug}: comes to this machine; what serves is offered by the other one")
    account.judge(said)
    found = None if back else source.judge(move)
    database = giving.offer(move) if way.choose(move, said) == way.DUMP else postgres.offer(move, said)
    files = None if back else source.offer(move, found)
    account.let_in(move, said, [*([files["port"]] if files else []), *map(int, move.kept(relay.FILE, {})), *giving.ports_of(move)])
    if role == "none":
        move.enter("source", "serving")
    if not back:
        version.note(move)
    return {"account": account.ACCOUNT, "database": database, "files": files, "way": said.get("way", way.REPLICATION)}
