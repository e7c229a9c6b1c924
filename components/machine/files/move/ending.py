"""The end of a move on this machine: the old service down, and nothing left of the move but the data."""

import account
import giving
import left
import marker
import passes
import postgres
import relay
import removal
import source
import standby
import stillness
import taking
import tunnel
import version
import way
import writers
from ground import Refused, say
from moves import PHASE

# Where the project serves by now, or never will: its containers here may go.
OVER = {("source", "moved"), ("source", "down"), ("target", "renounced")}


def down(move):
    """Takes the project's containers and networks away; its volumes and its checkout stay (R72)."""
    role, phase = (move.phase()[each] for each in ("role", "phase"))
    if (role, phase) not in OVER:
        raise Refused(f"{move.slug}: is {phase} here; down goes what was moved away or renounced")
    project = move.compose()
    tunnel.gone(move)
    volumes = removal.remove(project)
    if (move.kept(writers.HELD) or {}).get("closed"):
        # Visitors are led on by now; what turned them away is kept by the proxy, for whoever serves here next.
        writers.release(move)
    move.drop(writers.NOTE, writers.HELD)
    if role == "source":
        move.enter("source", "down")
    say(f"down: {project}; its volumes stay: {', '.join(volumes) or 'none'}")
    return {"down": True, "volumes": volumes}


def end(move):
    """Account, keys, role, slot, tunnel, files' server and marker go; data stays, and so do the journal and what says whose
    data that is. Answers where data of earlier moves lies aside."""
    phase = move.phase()["phase"]
    if phase in ("frozen", "sealed"):
        raise Refused(f"{move.slug}: is {phase} here: berth-move thaw {move.slug} comes first, or the switch to the other machine")
    # Who comes in first, then what they came for.
    account.shut_out(move)
    source.gone(move)
    if way.by_dump(move) and move.delivered():
        # What was loaded and never served goes while its server runs.
        taking.end(move)
    if phase == "renounced":
        # Nothing of it runs here any more, nor has what a copy was followed with.
        down(move)
    if way.by_dump(move):
        giving.gone(move)
        stillness.end(move)
        writers.release(move)
        move.drop("promised.json")
    elif move.delivered():
        postgres.end(move)
        standby.end(move)
    way.end(move)
    version.end(move)
    relay.gone(move)
    tunnel.gone(move)
    passes.gone(move)
    marker.clear(move)
    move.drop(PHASE, "ports.json", writers.HELD)
    if move.kept(writers.NOTE) is not None and phase in ("serving", "promoted"):
        writers.start(move)
    move.drop(writers.NOTE)
    if phase == "promoted":
        left.over(move)
    return {"ended": True, "aside": [each["place"] for each in left.asides(move)]}
