"""Nobody writes to databases that are dumped, whoever logs in: their servers end, their data goes aside, and a file in its
place lets nobody start them. They are read from servers apart, which have no network."""

import os
import secrets
import time

import apart
import left
import marker
from databases import containers, databases
from frozen import FILE, FROZEN
from ground import Failed, Refused, run, say, write
from own import is_within
from server import servers

# Seconds that a freeze may last: a dump takes what it takes.
LONGEST = 6 * 3600
# What stands in the place of the data.
NOTICE = "The data that was here is beside it, as {0}: its project moves to another machine. What ends that is berth-move.\n"
READER = "berth-still-{}-{}"
# What no dump of a server's databases holds.
UNDUMPED = """SELECT pg_catalog.json_build_object(
  'prepared transactions', (SELECT coalesce(pg_catalog.json_agg(gid ORDER BY gid), '[]') FROM pg_catalog.pg_prepared_xacts),
  'databases that let nobody in, or are templates', (SELECT coalesce(pg_catalog.json_agg(datname ORDER BY datname), '[]') FROM pg_catalog.pg_database
    WHERE (NOT datallowconn OR datistemplate) AND datname NOT IN ('template0', 'template1', 'template_postgis')))"""


def aside(data):
    return f"{data}.berth-still"


def find(move):
    """The servers' containers by service."""
    return {container.service: container for _, container in databases(containers(move.compose()))}


def ready(move, found):
    """What is kept of them. Refuses what could not be stopped and read, or is not all in a dump."""
    for container in found.values():
        if container.status != "running":
            raise Refused(f"{container.service}: the database is {container.status}; start it")
        try:
            store = apart.Store(container)
        except Failed as problem:
            raise Refused(str(problem)) from None
        judge(store, container.service, servers(move).get(container.service))
        place = aside(store.data)
        if os.path.lexists(place):
            raise Refused(f"{place}: is left of an earlier move; move it away")
    if not found:
        raise Refused(f"{move.slug}: has no database here")
    stores = {service: {"data": apart.Store(each).data, "policy": policy(each), "container": each.id} for service, each in found.items()}
    # What was loaded is told by the freeze that it is of: a dump has no position in a log.
    return {"freeze": secrets.token_hex(12), "databases": stores}


def judge(store, service, server):
    """Refuses a server whose data is not what would be read, or not all in a dump."""
    if server is None:
        if not os.listdir(store.data):
            raise Refused(f"{service}: {store.target} is empty, so its data is elsewhere; have it there, in a volume")
        return
    if not is_within(server.data, store.data):
        raise Refused(f"{service}: its data is in {server.known['data']}, and not below {store.target}, which is what would be dumped; have it there, in a volume")
    for what, names in server.tell(UNDUMPED).items():
        if names:
            raise Refused(f"{service}: {what} are in no dump: {', '.join(names)}; end or drop them, or change them")


def policy(container):
    said = run(["docker", "inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", container.id])
    if said.code != 0:
        raise Failed(f"{container.service}: {said.last()}")
    return said.out.strip() or "no"


def stay_down(found):
    """Nothing yet: what keeps a server from being started takes its data from under it; see `shut`."""
    del found


def shut(found, said):
    """The servers end, and nobody starts them again."""
    del found
    for service, was in said["databases"].items():
        end_one(service, was)


def end_one(service, was):
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


def sealable(move, said):
    """Ends what reads. Raises Failed where somebody started a server since."""
    leave_readers(move)
    for service, was in said["databases"].items():
        if not is_shut(was):
            raise Failed(f"{service}: somebody started the database since it was frozen; undo it: berth-move thaw {move.slug}")


def leave_readers(move):
    for service in (move.kept(FILE) or {}).get("databases", {}):
        name = READER.format(move.slug, service)
        run(["docker", "stop", "--time", "60", name], seconds=90)
        run(["docker", "rm", "-f", "-v", name])


def open_again(move, said):
    """The servers as they were, wherever the freeze had come to."""
    leave_readers(move)
    for service, was in said["databases"].items():
        put_back(was["data"])
        must(service, ["docker", "update", f"--restart={was['policy']}", was["container"]])
        must(service, ["docker", "start", was["container"]])


def put_back(data):
    """The data is where it was, however far a freeze had come."""
    if not os.path.isdir(aside(data)):
        return
    if os.path.isfile(data):
        os.remove(data)
    os.rename(aside(data), data)


def positions(said):
    """The freeze itself, which is what the other machine was loaded in, by service."""
    return {service: {"position": said["freeze"]} for service in said["databases"]}


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
    os.remove(data)
    left.empty(data, aside(data))


def put_away(move):
    """What went aside has a name that no other move takes. Answers where it is, by service."""
    places = {}
    for service, was in (move.kept(FILE) or {}).get("databases", {}).items():
        if os.path.isdir(aside(was["data"])):
            places[service] = left.place_of(was["data"])
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
    left.note(move, {}, put_away(move).values())
