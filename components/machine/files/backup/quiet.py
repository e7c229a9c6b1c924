"""Holds or stops what writes while a project is read, and has it go on again, whatever became of the run."""

import os

from ground import Failed, read_json, run, say, write_json

NOTE = "stopped.json"
WAYS = {"pause": (["docker", "pause"], ["docker", "unpause"]), "stop": (["docker", "stop", "-t", "30"], ["docker", "start"])}


def hold(project, way, containers):
    """What runs of these is paused or stopped. It is written down before, so that it goes on after any end."""
    if way not in WAYS:
        return
    running = [each for each in containers if each.status == "running"]
    if not running:
        return
    write_json(project.places.of(NOTE), {"way": way, "containers": [{"id": each.id, "service": each.service} for each in running]})
    say(f"{way}: {', '.join(sorted({each.service for each in running}))}")
    for each in running:
        done = run([*WAYS[way][0], each.id], seconds=120)
        if done.code != 0:
            raise Failed(f"{each.service}: could not be held: {done.last()}")


def release(project):
    """What a run held goes on, in the order in which it was held. Says what does not; answers whether all does."""
    note = read_json(project.places.of(NOTE))
    if not note:
        return True
    again = True
    for each in note["containers"]:
        state = run(["docker", "inspect", "-f", "{{.State.Status}}", each["id"]], seconds=60)
        if state.code != 0 and "no such object" in state.err.lower():
            # A delivery has put another in its place.
            continue
        status = state.out.strip()
        command = {"paused": "unpause", "exited": "start", "created": "start"}.get(status)
        if status == "running":
            continue
        done = run(["docker", command, each["id"]], seconds=120) if command else state
        if done.code != 0 or not command:
            again = False
            say(f"failed: {each['service']}: does not go on after the backup: {done.last() or status}")
    if again:
        os.remove(project.places.of(NOTE))
        say("goes on: " + ", ".join(sorted({each["service"] for each in note["containers"]})))
    return again
