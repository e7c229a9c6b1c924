"""What writes while a project is frozen: visitors' requests wait at the proxy, and every container but databases is
stopped and does not come back by itself, whoever starts the machine or Docker anew."""

import re
import signal

import delivering
import engine
from databases import kind_of
from docker import Container
from ground import Failed, Refused, run, say

PROXY = "/usr/local/sbin/berth-proxy"
NOTE, HELD = "writers.json", "held.json"
# Seconds that a container has to end where its project declares no stop_grace_period: visitors wait meanwhile, and all
# that they asked before is answered. One that keeps files or acts by itself may have something to write down or to finish:
# where it heeds the signal to end, it has what Docker gives it at any other time.
GRACE, KEEPER = 1, 10
# What it cannot do, and no program of that name.
ABSENT = (64, 127)


def refuse_work(move):
    """The marker stands, so that no delivery and no backup begins. Refuses while one is at work."""
    work = at_work(move)
    if work:
        raise Refused(f"{move.slug}: {work}; freeze it when that ended")


def hold(move, seconds):
    """Requests wait from now on, and what was asked before is answered."""
    patience = min(10, max(1, int(seconds) // 3))
    done = run([PROXY, "hold", move.slug, str(min(900, int(seconds))), str(patience)])
    if done.code in ABSENT:
        say("note: requests do not wait: the proxy of this machine cannot hold them")
        return
    if done.code != 0:
        raise Failed(f"the proxy does not hold requests: {done.last(3)}")
    move.keep(HELD, {"held": True})
    left = number(done.out)
    if left:
        say(f"note: {left} requests are still being answered and are cut off")


def turn_away(move):
    """From now on visitors are answered 503 with Retry-After: longer than a request can wait."""
    move.keep(HELD, {"closed": True})
    done = run([PROXY, "close", move.slug])
    if done.code != 0:
        raise Failed(f"the proxy does not turn visitors away: {done.last(3)}")


def at_work(move):
    """What would go on writing, or reading, behind the marker."""
    if delivering.at_work(move.slug):
        return "a delivery is at work (berth-site watch)"
    lock = f"/var/lib/berth/backups/{move.slug}/lock"
    if run(["flock", "--nonblock", "--no-fork", "--conflict-exit-code", "9", lock, "true"]).code == 9:
        return "a backup or a restore is at work (berth-backup status)"
    return None


def release(move):
    """Requests go on, to wherever the proxy now leads."""
    if move.kept(HELD) is None:
        return
    verb = "open" if move.kept(HELD).get("closed") else "release"
    done = run([PROXY, verb, move.slug], seconds=300)
    if done.code != 0:
        raise Failed(f"the proxy does not let requests on: {done.last(3)}")
    move.drop(HELD)


def pin(move):
    """None of its containers but databases starts by itself any more. What each was before is written down first."""
    note = move.kept(NOTE) or {"containers": []}
    known = {each["id"] for each in note["containers"]}
    found = applications(move.compose())
    note["containers"] += [told(each) for each in found if each["Id"] not in known]
    move.keep(NOTE, note)
    wrong = engine.each(lambda said: engine.restart(said["Id"], "no"), [each for each in found if engine.policy_of(each) != "no"])
    if wrong:
        raise Failed(f"containers of {move.slug} would start again by themselves: {wrong[0]}")
    return found


def stop(move):
    """Every container but databases is stopped, and starts no more."""
    running = [each for each in pin(move) if each["State"]["Status"] in ("running", "paused", "restarting")]
    acting = ((move.delivered() or {}).get("acting") or {}).get("services", [])
    wrong = engine.each(lambda said: end(said, acting), running)
    if wrong:
        raise Failed("; ".join(wrong))
    say(f"stopped: {', '.join(sorted({service_of(each) for each in running})) or 'nothing ran'}")


def applications(project):
    """All containers of a project but databases, also those of single commands, as Docker describes them."""
    found = engine.described(project)
    return sorted((each for each in found if not is_database(each)), key=lambda each: each["Created"])


def is_database(said):
    """A single command with a database's image and its data may write too, and is no server."""
    container = Container(said)
    return not container.oneoff and kind_of(container) is not None


def told(said):
    return {
        "id": said["Id"],
        "service": service_of(said),
        "policy": engine.policy_of(said),
        "running": said["State"]["Status"] in ("running", "paused", "restarting"),
        "after": [each.split(":")[0] for each in (said["Config"]["Labels"] or {}).get("com.docker.compose.depends_on", "").split(",") if each],
    }


def service_of(said):
    return (said["Config"]["Labels"] or {}).get("com.docker.compose.service", "?")


def end(said, acting):
    """Stops one. Raises Failed where it does not end."""
    try:
        engine.stop(said["Id"], grace(said, acting))
    except Failed as problem:
        raise Failed(f"{service_of(said)}: does not stop: {problem}") from None


def grace(said, acting):
    """Seconds that it gets. `acting`: services that act by themselves."""
    declared = said["Config"].get("StopTimeout")
    if declared is not None:
        return declared
    keeps = service_of(said) in acting or any(each.get("RW") for each in said["Mounts"])
    return KEEPER if keeps and heeds(said) else GRACE


def heeds(said):
    """Does its first process catch the signal that asks it to end, or wait for it? The kernel gives it no other one."""
    name = (said["Config"].get("StopSignal") or "SIGTERM").upper()
    try:
        wanted = int(name) if name.isdigit() else signal.Signals[f"SIG{name.removeprefix('SIG')}"].value
        with open(f"/proc/{said['State']['Pid']}/status", encoding="utf-8") as file:
            awaited = [int(line.split()[1], 16) for line in file if line.startswith(("SigCgt:", "SigBlk:"))]
    except (OSError, KeyError, ValueError):
        return False
    return any(mask >> (wanted - 1) & 1 for mask in awaited)


def start(move):
    """Everything is as it was before `stop`. Raises Failed with what is not."""
    note = move.kept(NOTE)
    if not note:
        return
    # One that is gone was one command's, or a delivery has put another in its place.
    wrong = []
    for wave in waves([each for each in note["containers"] if engine.container(each["id"])]):
        wrong += engine.each(again, wave)
    if wrong:
        raise Failed("does not go on: " + "; ".join(wrong))
    move.drop(NOTE)
    say("goes on: " + ", ".join(sorted({each["service"] for each in note["containers"] if each["running"]})))


def waves(found):
    """What starts at once, and then what depends on it: one that is started before what it asks for by name may end."""
    left = list(found)
    while left:
        awaited = {each["service"] for each in left}
        # Where all wait for each other, all begin.
        wave = [each for each in left if awaited.isdisjoint(each.get("after", []))] or left
        yield wave
        left = [each for each in left if each not in wave]


def again(was):
    """One as it was."""
    try:
        engine.restart(was["id"], was["policy"])
        if was["running"]:
            engine.start(was["id"])
    except Failed as problem:
        raise Failed(f"{was['service']}: {problem}") from None


def number(text):
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0
