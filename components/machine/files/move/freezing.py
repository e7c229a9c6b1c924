"""Who may write here: nobody from `freeze` on, whoever logs in and whatever that login may do, until `thaw`, the
deadline, or for good after `seal`. How databases are stopped and opened again is their way's: fence.py where another
machine's follow them, stillness.py where they are dumped."""

import importlib
import os
import re
import time

import fence
import marker
import units
import version
import way
import writers
from frozen import FILE, FREEZING, FROZEN, HELD, SEALED, THAWING, is_over, moment
from ground import Failed, Refused, now, say, written

FROZEN_WHY = "it is frozen until {1} while it moves; what ends that: berth-move thaw {0}, and it ends by itself then"
SEALED_WHY = "it was sealed here while it moves; what ends that: berth migrate {0}, or with --abort"


def hold(move, seconds):
    """The first half of a freeze: requests wait and the application is ended, so that its files are at rest while the
    databases end."""
    if way.by_dump(move):
        raise Refused(f"{move.slug}: moves by a dump, whose freeze has no halves: berth-move freeze {move.slug} --seconds N")
    return frozen(move, seconds, HELD, False)


def freeze(move, seconds, closed=False):
    """Nobody writes from here on. Goes on where `hold` ended. `closed`: visitors of one that is dumped are answered 503
    meanwhile, and do not wait."""
    return frozen(move, seconds, FROZEN, closed)


def frozen(move, seconds, last, closed):
    """A freeze up to the phase `last`."""
    how = databases_of(move)
    if not re.fullmatch(r"[1-9][0-9]{0,4}", str(seconds)) or int(seconds) > how.LONGEST:
        raise Refused(f"--seconds {seconds}: is no number from 1 to {how.LONGEST}")
    said = move.kept(FILE)
    if said and said["phase"] == SEALED:
        return told(how, said)
    if said and is_over(said):
        thaw(move)
        said = None
    if said and said["phase"] in (FROZEN, last):
        return told(how, said)
    found = how.find(move)
    if said is None:
        version.refuse_other(move)
        said = {"phase": FREEZING, **how.ready(move, found), "until": time.time() + int(seconds), "closed": closed}
    elif said["phase"] == FREEZING:
        say("goes on with a freeze that was cut off")
    said["pid"] = os.getpid()
    move.keep(FILE, said)
    # It watches before anything is stopped, and begins anew with the deadline that was just written.
    units.ensure(move, "watch", said["phase"] == FREEZING)
    try:
        if said["phase"] == FREEZING:
            held(move, how, found, said)
        if last == FROZEN:
            ended(move, how, found, said)
    except Refused:
        thaw(move)
        raise
    except Failed as problem:
        thaw(move)
        raise Failed(f"{problem}; the freeze was undone, and everything goes on here") from None
    return told(how, said)


def held(move, how, found, said):
    """Requests wait, and what writes ends."""
    marker.mark(move, "frozen", FROZEN_WHY.format(move.slug, moment(said["until"])))
    writers.refuse_work(move)
    # What starts anything from here on, also a restart of the machine, starts none of what writes.
    writers.pin(move)
    how.stay_down(found)
    # From here on somebody waits.
    said.setdefault("since", time.time())
    clock = time.monotonic()
    if said["closed"]:
        writers.turn_away(move)
    else:
        writers.hold(move, max(1, int(said["until"] - time.time())))
    stopping = time.monotonic()
    writers.stop(move)
    said["seconds"] = {"hold": round(stopping - clock, 2), "writers": round(time.monotonic() - stopping, 2)}
    said["phase"] = HELD
    move.keep(FILE, said)


def ended(move, how, found, said):
    """The databases end."""
    clock = time.monotonic()
    how.shut(found, said)
    if time.time() >= said["until"]:
        raise Failed("took until its own deadline")
    said["seconds"] |= {"databases": round(time.monotonic() - clock, 2)}
    said["phase"] = FROZEN
    move.keep(FILE, said)
    move.enter("source", "frozen")


def seal(move):
    """What is frozen stays so, whatever becomes of the command and of this machine."""
    how = databases_of(move)
    said = move.kept(FILE)
    if said and said["phase"] == SEALED:
        return told(how, said)
    if not said or said["phase"] != FROZEN or time.time() >= said["until"]:
        raise Refused(f"{move.slug}: is not frozen, or not any more; freeze it again: berth-move freeze {move.slug} --seconds N")
    how.sealable(move, said)
    # That this machine was promoted, if it was, is over.
    move.drop("promised.json")
    said["phase"] = SEALED
    said["sealed"] = written(now())
    move.keep(FILE, said)
    marker.mark(move, "sealed", SEALED_WHY.format(move.slug))
    move.enter("source", "sealed")
    return told(how, said)


def thaw(move, never_promoted=False):
    """Everything goes on here as it was. After `seal` only by who knows that the other machine will not serve."""
    said = move.kept(FILE)
    if not said:
        return {"thawed": False}
    stood = marker.marker(move)
    if stood and stood["role"] == "moved":
        raise Refused(f"{move.slug}: the other machine serves it; the way back is the same move in the other direction: berth migrate {move.slug}")
    if said["phase"] == SEALED and not never_promoted:
        raise Refused(f"{move.slug}: is sealed: the other machine may serve it; renounce there first, then: berth-move thaw {move.slug} --never-promoted")
    began = time.monotonic()
    said["phase"] = THAWING
    move.keep(FILE, said)
    databases_of(move).open_again(move, said)
    writers.start(move)
    marker.clear(move)
    move.enter("source", "serving")
    move.drop(FILE)
    writers.release(move)
    seconds = round(time.monotonic() - began, 2)
    say(f"thawed: {move.slug} goes on here after {seconds} s")
    return {"thawed": True, "seconds": seconds}


def databases_of(move):
    """The way's own part; what reads archives is loaded where databases are dumped alone."""
    return importlib.import_module("stillness") if way.by_dump(move) else fence


def told(how, said):
    # What the other machine is promoted with: of one that is frozen alone, it is not taken.
    sealed = {"sealed": said["sealed"]} if said["phase"] == SEALED else {}
    waited = {"waited": round(time.time() - said["since"], 2)} if "since" in said else {}
    return {
        "until": moment(said["until"]),
        "seconds": said.get("seconds", {}),
        **waited,
        "databases": {service: {**where, **sealed} for service, where in how.positions(said).items()},
    }
