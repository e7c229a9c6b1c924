"""Nobody writes to databases that are dumped, whoever logs in: their servers end, their data goes aside, and a file in its
place lets nobody start them. They are read from servers apart, which have no network."""

import os
import re
import secrets
import time

import apart
import marker
import watchdog
import writers
from databases import containers, databases
from fence import FILE, FREEZING, FROZEN, FROZEN_WHY, SEALED, SEALED_WHY, THAWING, moment
from ground import Failed, Refused, now, run, say, write, written

# Seconds: a dump takes what it takes.
LONGEST = 6 * 3600
# What stands in the place of the data.
NOTICE = "The data that was here is beside it, as {0}: its project moves to another machine. What ends that is berth-move.\n"
READER = "berth-still-{}-{}"
# Where data stays that was moved away from here, after the move has ended.
AWAY = "away.json"


def aside(data):
    return f"{data}.berth-still"


def freeze(move, seconds, closed=False):
    """Nobody writes from here on, until `thaw`, the deadline, or for good after `seal`. `closed`: visitors are answered
    503 meanwhile, and do not wait."""
    if not re.fullmatch(r"[1-9][0-9]{0,4}", str(seconds)) or int(seconds) > LONGEST:
        raise Refused(f"--seconds {seconds}: is no number from 1 to {LONGEST}")
    said = move.kept(FILE)
    if said and said["phase"] == SEALED:
        return told(said)
    if said and (said["phase"] == THAWING or time.time() >= said["until"]):
        thaw(move)
        said = None
    if said and said["phase"] == FROZEN:
        return told(said)
    if not said:
        stores = {service: {"data": apart.Store(each).data, "policy": policy(each), "container": each.id} for service, each in ready(move).items()}
        said = {"phase": FREEZING, "until": time.time() + int(seconds), "closed": bool(closed), "freeze": secrets.token_hex(12), "databases": stores}
    said["pid"] = os.getpid()
    move.keep(FILE, said)
    watchdog.begin(move, True)
    try:
        held(move, said)
    except Refused:
        thaw(move)
        raise
    except Failed as problem:
        thaw(move)
        raise Failed(f"{problem}; the freeze was undone, and everything goes on here") from None
    return told(said)


def ready(move):
    """The servers by service. Refuses what could not be stopped and read."""
    found = {}
    for _, container in databases(containers(move.compose())):
        if container.status != "running":
            raise Refused(f"{container.service}: the database is {container.status}; start it")
        try:
            place = aside(apart.Store(container).data)
        except Failed as problem:
            raise Refused(str(problem)) from None
        if os.path.lexists(place):
            raise Refused(f"{place}: is left of an earlier move; move it away")
        found[container.service] = container
    if not found:
        raise Refused(f"{move.slug}: has no database here")
    return found


def policy(container):
    said = run(["docker", "inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", container.id])
    if said.code != 0:
        raise Failed(f"{container.service}: {said.last()}")
    return said.out.strip() or "no"


def held(move, said):
    clock = time.monotonic()
    marker.mark(move, "frozen", FROZEN_WHY.format(move.slug, moment(said["until"])))
    writers.refuse_work(move)
    writers.pin(move)
    # From here on somebody waits.
    said.setdefault("since", time.time())
    if said["closed"]:
        writers.turn_away(move)
    else:
        writers.hold(move, max(1, int(said["until"] - time.time())))
    stopping = time.monotonic()
    writers.stop(move)
    shutting = time.monotonic()
    for service, was in said["databases"].items():
        shut(service, was)
    said["seconds"] = {"hold": round(stopping - clock, 2), "writers": round(shutting - stopping, 2), "databases": round(time.monotonic() - shutting, 2)}
    if time.time() >= said["until"]:
        raise Failed("took until its own deadline")
    said["phase"] = FROZEN
    move.keep(FILE, said)
    move.enter("source", "frozen")


def shut(service, was):
    """One server ends, and nobody starts it again."""
    must(service, ["docker", "update", "--restart=no", was["container"]])
    must(service, ["docker", "stop", "--time", "120", was["container"]], 180)
    if os.path.isdir(was["data"]) and not os.path.lexists(aside(was["data"])):
        os.rename(was["data"], aside(was["data"]))
    if not os.path.lexists(was["data"]):
        write(was["data"], NOTICE.format(aside(was["data"])), 0o444)


def must(service, words, seconds=120):
    done = run(words, seconds=seconds)
    if done.code != 0:
        raise Failed(f"{service}: {done.last()}")


def is_shut(was):
    running = run(["docker", "inspect", "-f", "{{.State.Running}}", was["container"]]).out.strip() == "true"
    return not running and os.path.isfile(was["data"]) and os.path.isdir(aside(was["data"]))


def readers(move):
    """Servers apart on what was shut, by service: containers that are asked as a backup's are."""
    said = move.kept(FILE)
    if not said or said["phase"] != FROZEN or time.time() >= said["until"]:
        raise Refused(f"{move.slug}: is not frozen, so nothing is dumped")
    found = {}
    for _, container in databases(containers(move.compose())):
        was = said["databases"].get(container.service)
        if was is None or not is_shut(was):
            raise Failed(f"{container.service}: somebody started the database since it was frozen")
        name = READER.format(move.slug, container.service)
        apart.end(container, name)
        target = next(each["Destination"] for each in container.mounts if each["Source"].rstrip("/") == was["data"])
        apart.start(container, name, aside(was["data"]), target)
        # Asked by that name, and everything else is that of the service's own.
        container.id, container.status = name, "running"
        found[container.service] = container
    return said["freeze"], found


def seal(move):
    """What is frozen stays so, whatever becomes of the command and of this machine."""
    said = move.kept(FILE)
    if said and said["phase"] == SEALED:
        return told(said)
    if not said or said["phase"] != FROZEN or time.time() >= said["until"]:
        raise Refused(f"{move.slug}: is not frozen, or not any more; freeze it again: berth-move freeze {move.slug} --seconds N")
    leave_readers(move)
    for service, was in said["databases"].items():
        if not is_shut(was):
            raise Failed(f"{service}: somebody started the database since it was frozen; undo it: berth-move thaw {move.slug}")
    move.drop("promised.json")
    said["phase"], said["sealed"] = SEALED, written(now())
    move.keep(FILE, said)
    marker.mark(move, "sealed", SEALED_WHY.format(move.slug))
    move.enter("source", "sealed")
    return told(said)


def leave_readers(move):
    for service in (move.kept(FILE) or {}).get("databases", {}):
        name = READER.format(move.slug, service)
        run(["docker", "stop", "--time", "60", name], seconds=90)
        run(["docker", "rm", "-f", "-v", name])


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
    leave_readers(move)
    for service, was in said["databases"].items():
        put_back(was["data"])
        must(service, ["docker", "update", f"--restart={was['policy']}", was["container"]])
        must(service, ["docker", "start", was["container"]])
    writers.start(move)
    marker.clear(move)
    move.enter("source", "serving")
    move.drop(FILE)
    writers.release(move)
    seconds = round(time.monotonic() - began, 2)
    say(f"thawed: {move.slug} goes on here after {seconds} s")
    return {"thawed": True, "seconds": seconds}


def put_back(data):
    """The data is where it was, however far a freeze had come."""
    if not os.path.isdir(aside(data)):
        return
    if os.path.isfile(data):
        os.remove(data)
    os.rename(aside(data), data)


def told(said):
    sealed = {"sealed": said["sealed"]} if said["phase"] == SEALED else {}
    return {
        "until": moment(said["until"]),
        "waited": round(time.time() - said["since"], 2),
        "seconds": said.get("seconds", {}),
        # There is no place in a log: what was loaded is told by the freeze that it is of.
        "databases": {service: {"position": said["freeze"], **sealed} for service in said["databases"]},
    }


def leave(move, said):
    """The other machine serves, and nothing follows it: this one never goes on by itself."""
    stood = marker.marker(move)
    if not stood or stood["role"] not in ("sealed", "moved"):
        raise Refused(f"{move.slug}: serves here; what is left is what was sealed: berth-move seal {move.slug}")
    marker.mark(move, "moved", f"it was moved to {said.get('address', 'another machine')}; back is the same move in the other direction: berth migrate {move.slug}")
    move.enter("source", "moved")
    return {"databases": {}}


def make_room(move):
    """What was moved away from here comes back as a dump: servers begin empty where its data was, and that stays aside."""
    for service, was in (move.kept(FILE) or {}).get("databases", {}).items():
        clear_place(was["data"])
        must(service, ["docker", "update", f"--restart={was['policy']}", was["container"]])
        must(service, ["docker", "start", was["container"]])
    put_away(move)


def clear_place(data):
    """An empty directory like the one that went aside, in the place of what kept everybody out."""
    if not os.path.isfile(data):
        return
    like = os.stat(aside(data))
    os.remove(data)
    os.mkdir(data, like.st_mode & 0o7777)
    os.chown(data, like.st_uid, like.st_gid)


def put_away(move):
    """What went aside has a name that no other move takes. Answers where it is, by service."""
    places = {}
    for service, was in (move.kept(FILE) or {}).get("databases", {}).items():
        if os.path.isdir(aside(was["data"])):
            places[service] = f"{was['data']}.berth-moved-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
            os.rename(aside(was["data"]), places[service])
            say(f"{service}: its data stays here, as {places[service]}")
    move.drop(FILE)
    return places


def end(move):
    """The data stays aside. What is delivered here later begins empty, once a move brings the project back."""
    if move.phase()["phase"] not in ("moved", "down"):
        move.drop(FILE)
        return
    for was in (move.kept(FILE) or {}).get("databases", {}).values():
        clear_place(was["data"])
    places = put_away(move)
    if places:
        move.keep(AWAY, places)
