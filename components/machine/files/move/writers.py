"""What writes while a project is frozen: visitors' requests wait at the proxy, and every container but databases is
stopped and does not come back by itself, whoever starts the machine or Docker anew."""

import concurrent.futures
import json
import re
import time

import marker
from databases import kind_of
from docker import Container
from ground import Failed, Refused, run, say

PROXY = "/usr/local/sbin/berth-proxy"
NOTE, HELD = "writers.json", "held.json"
# Seconds that a container has to end where its project declares no stop_grace_period: visitors wait meanwhile, and all
# that they asked before is answered.
GRACE = 1
# What it cannot do, and no program of that name.
ABSENT = (64, 127)


def hold(move, seconds):
    """From now on nothing new is begun: the marker stands, requests wait, what was asked before is answered. Refuses,
    with nothing held, while a delivery or a backup is at work."""
    stood = marker.marker(move)
    if stood is None:
        marker.mark(move, "frozen")
    work = at_work(move)
    if work and stood is None:
        marker.clear(move)
        raise Refused(f"{move.slug}: {work}; freeze it when that ended")
    done = run([PROXY, "hold", move.slug, str(min(900, int(seconds)))])
    if done.code in ABSENT:
        say("note: requests do not wait: the proxy of this machine cannot hold them")
        return
    if done.code != 0:
        if stood is None:
            marker.clear(move)
        raise Failed(f"the proxy does not hold requests: {done.last(3)}")
    move.keep(HELD, {"held": True})
    until = time.monotonic() + min(10, int(seconds) / 3)
    left = number(done.out)
    while left and time.monotonic() < until:
        time.sleep(0.1)
        left = number(run([PROXY, "in-flight", move.slug]).out)
    if left:
        say(f"note: {left} requests are still being answered and are cut off")


def at_work(move):
    """What would go on writing, or reading, behind the marker."""
    if run(["systemctl", "is-active", f"berth-delivery-{move.slug}.service"]).out.strip() in ("active", "activating", "deactivating"):
        return "a delivery is at work (berth-site watch)"
    lock = f"/var/lib/berth/backups/{move.slug}/lock"
    if run(["flock", "--nonblock", "--no-fork", "--conflict-exit-code", "9", lock, "true"]).code == 9:
        return "a backup or a restore is at work (berth-backup status)"
    return None


def release(move):
    """Requests go on, to wherever the proxy now leads."""
    if move.kept(HELD) is None:
        return
    done = run([PROXY, "release", move.slug], seconds=300)
    if done.code != 0:
        raise Failed(f"the proxy does not let requests on: {done.last(3)}")
    move.drop(HELD)


def stop(move):
    """Every container but databases is stopped, and starts no more. What each was before is written down first."""
    note = move.kept(NOTE) or {"containers": []}
    known = {each["id"] for each in note["containers"]}
    found = applications(move.compose())
    note["containers"] += [told(each) for each in found if each["Id"] not in known]
    move.keep(NOTE, note)
    names = [each["Id"] for each in found]
    if not names:
        return
    done = run(["docker", "update", "--restart", "no", *names])
    if done.code != 0:
        raise Failed(f"containers of {move.slug} would start again by themselves: {done.last(3)}")
    running = [each for each in found if each["State"]["Status"] in ("running", "paused", "restarting")]
    with concurrent.futures.ThreadPoolExecutor(max_workers=16) as pool:
        ends = list(pool.map(end, running))
    wrong = [line for line in ends if line]
    if wrong:
        raise Failed("; ".join(wrong))
    say(f"stopped: {', '.join(sorted({service_of(each) for each in running})) or 'nothing ran'}")


def applications(project):
    """All containers of a project but databases, also those of single commands, as Docker describes them."""
    listed = run(["docker", "ps", "-a", "-q", "--no-trunc", "--filter", f"label=com.docker.compose.project={project}"])
    if listed.code != 0:
        raise Failed(f"Docker does not answer: {listed.last(3)}")
    names = listed.out.split()
    found = json.loads(run(["docker", "inspect", *names]).out or "[]") if names else []
    return sorted((each for each in found if not is_database(each)), key=lambda each: each["Created"])


def is_database(said):
    """A single command with a database's image and its data may write too, and is no server."""
    container = Container(said)
    return not container.oneoff and kind_of(container) is not None


def told(said):
    policy = said["HostConfig"]["RestartPolicy"]
    name = policy["Name"] or "no"
    often = policy.get("MaximumRetryCount") or 0
    return {
        "id": said["Id"],
        "service": service_of(said),
        "policy": f"{name}:{often}" if name == "on-failure" and often else name,
        "running": said["State"]["Status"] in ("running", "paused", "restarting"),
    }


def service_of(said):
    return (said["Config"]["Labels"] or {}).get("com.docker.compose.service", "?")


def end(said):
    """Stops one; a line where it does not end."""
    grace = said["Config"].get("StopTimeout")
    done = run(["docker", "stop", "--time", str(GRACE if grace is None else grace), said["Id"]], seconds=(grace or GRACE) + 60)
    if done.code != 0 and run(["docker", "inspect", said["Id"]]).code == 0:
        return f"{service_of(said)}: does not stop: {done.last(2)}"
    return None


def start(move):
    """Everything is as it was before `stop`, in the order in which it was made. Raises Failed with what is not."""
    note = move.kept(NOTE)
    if not note:
        return
    # One that is gone was one command's, or a delivery has put another in its place.
    listed = run(["docker", "ps", "-a", "-q", "--no-trunc"])
    if listed.code != 0:
        raise Failed(f"Docker does not answer: {listed.last(3)}")
    found = [each for each in note["containers"] if each["id"] in listed.out.split()]
    wrong = []
    # Few commands, since somebody waits: each takes longer to come than Docker takes to do it.
    for policy in sorted({each["policy"] for each in found}):
        done = run(["docker", "update", "--restart", policy, *(each["id"] for each in found if each["policy"] == policy)])
        if done.code != 0:
            wrong.append(done.last(2))
    ran = [each["id"] for each in found if each["running"]]
    if ran:
        done = run(["docker", "start", *ran], seconds=300)
        if done.code != 0:
            wrong.append(done.last(2))
    if wrong:
        raise Failed("does not go on: " + "; ".join(wrong))
    move.drop(NOTE)
    say("goes on: " + ", ".join(sorted({each["service"] for each in note["containers"] if each["running"]})))


def number(text):
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0
