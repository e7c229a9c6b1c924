"""What a frozen project's databases hold, dumped there and loaded here: beside what the first delivery made, compared at
rest with what was dumped, and only then in its place. Nothing of it lies in a file on the way."""

import json
import os
import socket
import subprocess
import time

import marker
import mongo_archive
import ports
import stillness
import survey
import tunnel
import writers
from beside import Beside
from databases import containers, databases
from giving import AT_REST, BROKEN, LENGTH
from ground import Failed, Refused, environment, say
from loading import Loader
from standby import WHY
from unordered import Rows

# How the other machine's dumps are reached, and what was loaded of which freeze.
FILE, LOADED = "taking.json", "loaded.json"
# A line of the other machine's: what is told of a member, or the counts of everything.
LONGEST = 1 << 28
# Seconds of silence after which the other machine is given up.
SILENCE = 600
# Seconds that a server which begins empty may take.
PATIENCE = 60
FRESH = "berth_new_{}"


def follow(move, said):
    """Lays the way to the other machine's dumps. Refuses where something here would be put aside that served."""
    offered = said.get("database")
    if not isinstance(offered, dict) or not {"port", "password"} <= set(offered):
        raise Refused("database: what `berth-move offer` answered on the other machine comes on standard input")
    phase = move.phase()
    if phase["phase"] == "promoted":
        raise Refused(f"{move.slug}: serves here already; another move begins after: berth-move end {move.slug}")
    if phase["role"] == "none" and not survey.is_blank(move):
        raise Refused(f"{move.slug}: this machine backs up data of its own for it, so it served here; what moves is the other way round?")
    if phase["phase"] == "down":
        raise Refused(f"{move.slug}: what was moved away from here is not ended yet: berth-move end {move.slug}, then deliver it: berth deploy {move.slug}")
    if phase["phase"] == "moved":
        stillness.make_room(move)
    awaited(move)
    marker.mark(move, "target", WHY.format(move.slug))
    port = ports.port_of(move, "take")
    tunnel.ensure(move, said, [{"bind": "127.0.0.1", "listen": port, "port": offered["port"]}])
    move.keep(FILE, {"port": port, "password": offered["password"]})
    # Nothing of the application runs here before it serves here: its workers would write to what goes away.
    writers.stop(move)
    move.drop("promised.json")
    move.enter("target", "following")
    return {"databases": {}}


def awaited(move):
    """The same as `targets`, of servers that may just be starting."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return targets(move)
        except Refused:
            if time.monotonic() > until or move.phase()["role"] != "source":
                raise
        time.sleep(0.5)


def targets(move):
    """The containers that data is loaded for, by service. Refuses what it could not be loaded into."""
    found = {}
    for kind, container in databases(containers(move.compose())):
        if container.status != "running":
            raise Refused(f"{container.service}: the database is {container.status}; start it")
        try:
            found[container.service] = Loader(container) if kind == "postgres" else Beside(container)
        except Failed as problem:
            raise Refused(str(problem)) from None
    return found


def load(move, said):
    """Takes everything of a freeze, which is told: {freeze}. Answers what is here then; of one that is here already it
    answers that, also when nothing more is given of it."""
    loaded = move.kept(LOADED) or {}
    if said.get("freeze") and loaded.get("freeze") == said["freeze"]:
        return loaded["answer"]
    kept = move.kept(FILE)
    if kept is None or move.phase()["phase"] != "following":
        raise Refused(f"{move.slug}: comes to this machine by no dump, or not any more; first: berth-move follow {move.slug}")
    began = time.monotonic()
    drop(move)
    loading = Loading(move, targets(move))
    with socket.create_connection(("127.0.0.1", kept["port"]), timeout=SILENCE) as there:
        there.sendall(f"{kept['password']}\n".encode())
        with there.makefile("rb") as stream:
            loading.take(stream)
    dumped = round(time.monotonic() - began, 2)
    if loading.manifest["freeze"] != said.get("freeze"):
        raise Failed(f"the other machine gives another freeze than the one that is asked for: {said.get('freeze')}")
    answer = {"freeze": said["freeze"], "databases": loading.judge()}
    answer["seconds"] = {"load": dumped, "compare": round(time.monotonic() - began - dumped, 2)}
    move.keep(LOADED, {**loading.made, "freeze": said["freeze"], "answer": answer})
    return answer


class Loading:
    """One load, as it comes."""

    def __init__(self, move, found):
        self.move, self.found, self.manifest = move, found, None
        # Written down before it is made: what a load that was cut off has left goes.
        self.made = {"databases": [], "besides": []}
        self.errors = {}

    def take(self, stream):
        while self.manifest is None:
            line = stream.readline(LONGEST)
            if not line.endswith(b"\n"):
                raise Failed("the other machine's dump ended before its end")
            said = json.loads(line)
            if "failed" in said:
                raise Failed(f"the other machine: {said['failed']}")
            if "manifest" in said:
                self.manifest = said["manifest"]
            else:
                self.member(said, pieces(stream))

    def member(self, said, chunks):
        service = said["service"]
        to = self.found.get(service)
        if to is None:
            raise Failed(f"{service}: no database of this name was delivered here; deliver the commit that serves there")
        if isinstance(to, Beside):
            self.made["besides"].append(service)
            self.move.keep(LOADED, self.made)
            say(f"{service}: loads all of it into a server beside it")
            to.begin()
            to.load(chunks)
        elif "name" not in said:
            to.roles(b"".join(chunks).decode())
        else:
            fresh = FRESH.format(len(self.made["databases"]))
            self.made["databases"].append([service, said["name"], fresh])
            self.move.keep(LOADED, self.made)
            say(f"{service}: loads {said['name']}")
            to.begin(fresh, said)
            self.errors[fresh] = to.load(fresh, chunks)

    def judge(self):
        """Raises Failed where what is here is not what was dumped there."""
        counted = {}
        for entry in self.manifest["databases"]:
            service = entry["service"]
            if entry["kind"] == "mongodb":
                self.found[service].judge(entry)
                counted[service] = {"documents": documents(entry), "bytes": entry["dump"]["bytes"]}
                continue
            names = {name: fresh for its, name, fresh in self.made["databases"] if its == service}
            rows = 0
            for each in entry["databases"]:
                if each["name"] not in names:
                    raise Failed(f"{service}: {each['name']} did not come")
                rows += compare(self.found[service], names[each["name"]], each, self.errors[names[each["name"]]])
            counted[service] = {"rows": rows, "bytes": sum(each["bytes"] for each in entry["databases"])}
        missing = sorted(set(self.found) - set(counted))
        if missing:
            raise Failed(f"{', '.join(missing)}: is here and was not dumped there; deliver the commit that serves there")
        return counted


def pieces(stream):
    """The content of a member. Raises Failed where it is not whole."""
    while True:
        (size,) = LENGTH.unpack(exactly(stream, LENGTH.size))
        if size == 0:
            return
        if size == BROKEN:
            raise Failed(f"the other machine: {json.loads(stream.readline(LONGEST)).get('failed')}")
        yield exactly(stream, size)


def exactly(stream, size):
    content = stream.read(size)
    if len(content) < size:
        raise Failed("the other machine's dump ended before its end")
    return content


def documents(entry):
    return sum(each["documents"] for each in entry["collections"] if each["database"] not in mongo_archive.OWN)


def compare(loader, name, declared, errors):
    """Counts, every row, sequences by their values and large objects by their content. Answers the rows."""
    spelled = loader.judge(name, declared, errors)
    rows = read(loader, name).tables
    wrong = [
        f"{each['schema']}.{each['name']}: its {each['rows']} rows are not those that were dumped"
        for each in declared["tables"]
        if each["sha256"] is not None and rows.get(spelled[(each["schema"], each["name"])], (0, None))[1] != each["sha256"]
    ]
    there = json.loads(loader.ask(AT_REST, name).out)
    wrong += [f"its {kind} are not those that were dumped" for kind, value in declared["atRest"].items() if there[kind] != value]
    if wrong:
        raise Failed(f"{declared['name']}: {'; '.join(wrong[:10])}")
    return sum(count for count, _ in rows.values())


def read(loader, name):
    """The rows of a database, by another dump of it."""
    found = Rows()
    words = loader.words(name, "exec pg_dump --no-password")
    with subprocess.Popen(words, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/") as child:
        while chunk := child.stdout.read1(1 << 18):
            found.feed(chunk)
    if child.returncode != 0:
        raise Failed(f"{loader.container.service}: what was loaded could not be read again: pg_dump ended with {child.returncode}")
    return found


def swap(move):
    """What was loaded takes the place of what is here, which stays beside it until the move ends."""
    loaded = move.kept(LOADED)
    found = targets(move)
    for number, (service, name, fresh) in enumerate(loaded["databases"]):
        loader, former = found[service], former_of(loaded, number)
        there = loader.databases()
        if fresh not in there:
            continue
        if name in there:
            loader.rename(name, former)
        loader.rename(fresh, name)
    for service in loaded["besides"]:
        if os.path.isdir(found[service].fresh):
            found[service].swap()


def former_of(loaded, number):
    """What the database was called that was here before; no two moves give the same name."""
    return f"berth_old_{int(loaded['freeze'][:8], 16)}{number:03d}"


def promotable(move, asked):
    """Refuses where what was loaded here is not what the other machine was sealed with."""
    freeze = (move.kept(LOADED) or {}).get("freeze")
    for service, said in asked.items():
        if freeze is None or freeze != said["position"]:
            raise Refused(f"{service}: what is here is not of the freeze that was sealed; first, while it is frozen there: berth-move load {move.slug}")


def drop(move):
    """Nothing of what was loaded and never served is left. A service whose container is gone keeps it in its volume."""
    loaded = move.kept(LOADED)
    if not loaded:
        return
    found = targets(move)
    for service, _, fresh in loaded["databases"]:
        if service in found:
            found[service].drop(fresh)
    for service in loaded["besides"]:
        if service in found:
            found[service].drop()
    move.drop(LOADED)


def end(move):
    """What serves goes on; what the first delivery had made goes, or what never served does. What served here before it
    was moved away went aside with its directory."""
    loaded = move.kept(LOADED)
    if loaded and move.phase()["phase"] in ("following", "renounced"):
        drop(move)
    # Once it was moved away again, what was here before it came went aside with it.
    elif loaded and move.phase()["phase"] in ("promoted", "serving"):
        found = targets(move)
        for number, (service, _, _) in enumerate(loaded["databases"]):
            found[service].drop(former_of(loaded, number))
        for service in loaded["besides"]:
            found[service].done()
    move.drop(FILE, LOADED)
