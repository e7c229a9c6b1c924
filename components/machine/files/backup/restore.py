"""Brings an archive back to where it is from: everything beside what is there, judged, and then in its place.

Nothing that serves is touched until all of it was judged. Then the application stops (R40), and only then is what is
there backed up: nothing that was written until the last moment is lost. It is put back where anything fails, and goes
when the application is up again on what was restored.
"""

import json
import os
import tarfile
import time

import delivering
import files
import mounted
import rds
import room
import state
import unpack
from beside import Beside
from content import Content, pieces
from docker import containers
from fetch import fetch
from ground import Failed, Stop, now, read_json, run, say, write_json, written
from laying import Laid, clear
from loading import Loader

# Seconds that containers may take to be up again.
PATIENCE = 180


class Restore:
    """One restore of a project. `manifest` is trusted: who asks has read it with a key that may."""

    def __init__(self, project, manifest):
        self.project, self.manifest = project, manifest
        if manifest.get("project") != project.slug or manifest.get("environment") != project.environment:
            raise Failed(f"the archive is of {manifest.get('project')} in {manifest.get('environment')}, not of {project.slug} in {project.environment}")
        self.site = project.delivered()
        if self.site is None:
            raise Failed(f"nothing was delivered here yet; deliver it first: berth deploy {project.slug}")
        self.there = containers(self.site["project"])
        if project.compose and not self.there:
            raise Failed(f"Compose has no container of {project.compose} here; bring it up first (docker compose up -d), or correct backup.compose")
        # Of PostgreSQL and of MongoDB, by service.
        self.loaders, self.besides, self.trees = {}, {}, {}
        self.databases = []
        self.fetched = False

    def run(self, address, secure):
        """Everything, to the application on what was restored. `secure` keeps what is there, once nobody writes to it
        any more. Raises Failed, and then what was there serves again."""
        archive = self.manifest["archive"]
        with state.alone(self.project):
            undo(self.project)
            delivering.refuse(self.project)
            self.check()
            say(f"fetch: {archive['key']}, {archive['bytes']} bytes")
            path = fetch(address, self.project.places.state, archive["bytes"], archive["sha256"])
            self.fetched = True
        began = time.monotonic()
        self.journal = {"containers": [], "made": [], "databases": [], "besides": [], "laid": [], "files": []}
        # From now on none begins; one may have ended since the archive was asked for, and made containers anew.
        self.note()
        try:
            with state.alone(self.project):
                delivering.refuse(self.project)
                self.there = containers(self.site["project"])
                self.check()
                running = [each for each in self.there if each.status == "running" and each.service not in {*self.loaders, *self.besides}]
                self.journal["containers"] = [[each.id, each.service] for each in running]
                self.note()
                self.load(path)
                say(f"stop: {', '.join(sorted(each.service for each in running)) or 'nothing runs'}")
                for each in reversed(running):
                    run(["docker", "stop", "-t", "30", each.id], seconds=60)
            # A run of its own, which is alone too.
            secure()
            with state.alone(self.project):
                self.swap()
                start(self.journal)
        except BaseException as problem:
            undo(self.project)
            if isinstance(problem, Exception) and not isinstance(problem, (Stop, state.Busy)):
                raise Failed(f"{type(problem).__name__}: {problem}") from problem
            raise
        os.remove(path)
        self.done()
        say(f"restored: {archive['key']} in {round(time.monotonic() - began, 1)} s")

    def note(self, kind=None, entry=None):
        """Writes down what is about to be done, so that it can be undone after any end."""
        if kind:
            self.journal[kind].append(entry)
        write_json(self.project.places.of(state.RESTORING), self.journal)

    def check(self):
        """What stands against it, before anything is fetched."""
        for server in self.manifest["databases"]:
            if self.project.rds and server["service"] == rds.SERVICE:
                raise Failed(f"{rds.SERVICE}: is no server of this machine; restore it by hand, from what berth restore {self.project.slug} --to scratch gives")
            found = [each for each in self.there if each.service == server["service"]]
            if not found:
                raise Failed(f"no container of the service {server['service']} is here")
            if server["kind"] == "mongodb":
                if "collections" not in server:
                    raise Failed(f"{server['service']}: the archive is from before its collections were counted; restore it by hand: mongorestore --archive")
                self.besides[server["service"]] = Beside(found[0])
            else:
                self.loaders[server["service"]] = Loader(found[0])
        mounts = files.mounts_of(self.there, self.site["mounts"])
        here = {tree.name: tree for tree in files.trees(self.project, mounts, {*self.loaders, *self.besides})[0]}
        for tree in self.manifest["files"]:
            name = tree["name"]
            if name not in here:
                raise Failed(f"files {name}: nothing mounts them here; deliver the version that does")
            home = here[name].home
            if home is None:
                raise Failed(f"files {name}: are not on this machine's disk (driver_opts of their volume); restore them by hand, from what berth restore {self.project.slug} --to scratch gives")
            if home in mounted.places():
                raise Failed(f"files {name}: something is mounted at {home} itself, so nothing can take its place; mount it above, or restore by hand, from what berth restore {self.project.slug} --to scratch gives")
            self.trees[name] = (tree, home)
        room.refuse(room.needs(self))

    def load(self, path):
        """All of the archive beside what is there."""
        laid = {}
        seen = set()
        try:
            with open(path, "rb") as file, tarfile.open(fileobj=Content(unpack.read_chunks(file)), mode="r|", errors="surrogateescape") as tar:
                for member in tar:
                    tar.members = []
                    self.take(tar, member, laid)
                    seen.add(member.name)
        except unpack.Damaged as problem:
            raise Failed(f"the archive {problem}") from None
        except tarfile.TarError as problem:
            raise Failed(f"the archive cannot be read: {problem}") from None
        wanted = {each["path"] for server in self.manifest["databases"] for each in server["databases"]}
        wanted |= {server["dump"]["path"] for server in self.manifest["databases"] if "dump" in server}
        wanted |= {f"files/{name}.sha256" for name in self.trees}
        if wanted - seen:
            raise Failed(f"the archive lacks {', '.join(sorted(wanted - seen))}")
        self.laid = laid

    def take(self, tar, member, laid):
        top, _, rest = member.name.partition("/")
        if top == "files":
            name, _, path = rest.partition("/")
            if not path and rest.endswith(".sha256") and rest.removesuffix(".sha256") in self.trees:
                name = rest.removesuffix(".sha256")
                tree = self.tree(name, laid)
                tree.compare(tar.extractfile(member).read(), self.trees[name][0]["list"])
                say(f"files {name}: {len(tree.sums)} compared")
            elif name in self.trees:
                self.tree(name, laid).take(tar, member, path)
            return
        for server in self.manifest["databases"]:
            if member.name == (server.get("dump") or {}).get("path"):
                self.beside(server, pieces(tar.extractfile(member)))
            loader = self.loaders.get(server["service"])
            if member.name == (server.get("globals") or {}).get("path"):
                loader.roles(tar.extractfile(member).read().decode())
            for declared in server["databases"]:
                if member.name == declared["path"]:
                    self.database(loader, declared, pieces(tar.extractfile(member)))

    def tree(self, name, laid):
        if name not in laid:
            place = self.trees[name][1]
            self.note("laid", [name, place])
            laid[name] = Laid(name, place)
            laid[name].begin()
        return laid[name]

    def database(self, loader, declared, chunks):
        number = len(self.databases)
        fresh, former = f"berth_new_{number}", f"berth_old_{number}"
        say(f"{loader.container.service}: loads {declared['name']}")
        self.note("made", [loader.container.service, fresh])
        loader.begin(fresh, declared)
        self.databases.append([loader.container.service, declared["name"], fresh, former])
        errors = loader.load(fresh, chunks)
        loader.judge(fresh, declared, errors)
        lost = loader.lost(fresh, errors)
        if lost:
            say(f"note: {declared['name']}: lacks {len(lost)} definitions: {'; '.join(lost[:10])}")
        if errors.lines:
            say(f"note: {declared['name']}: {errors.count} statements failed and no table and no row is missing, the first: {errors.lines[0]}")

    def beside(self, server, chunks):
        """MongoDB, whose databases cannot be renamed: a server of its own."""
        service = server["service"]
        say(f"{service}: loads {server['dump']['bytes']} bytes into a server beside it")
        self.note("besides", service)
        self.besides[service].begin()
        self.besides[service].load(chunks)
        self.besides[service].judge(server)

    def swap(self):
        """Each in the place of what is there. What is done is written down before it is."""
        for service, name, fresh, former in self.databases:
            loader = self.loaders[service]
            self.note("databases", [service, name, fresh, former])
            if name in loader.databases():
                loader.drop(former)
                loader.rename(name, former)
            loader.rename(fresh, name)
        for service in self.journal["besides"]:
            self.besides[service].swap()
        for tree in self.laid.values():
            self.note("files", [tree.name, tree.place])
            tree.swap()

    def done(self):
        """The application runs on what was restored: there is no way back from now on."""
        self.journal["settled"] = True
        self.note()
        tidy(self.project, self.journal)


def tidy(project, journal):
    """What was there before goes: it is in the backup that was taken first, or was empty."""
    there = services(project)
    for service, _, _, former in journal["databases"]:
        Loader(there[service]).drop(former)
    for service in journal["besides"]:
        Beside(there[service]).done()
    for name, place in journal["files"]:
        try:
            clear(Laid(name, place).former)
        except OSError as problem:
            raise Failed(f"files {name}: restored; what was there before cannot be removed: {problem}; remove it, then: berth-backup undo {project.slug}") from None
    os.remove(project.places.of(state.RESTORING))


class Services(dict):
    def __missing__(self, service):
        raise Failed(f"no container of the service {service} is here, whose data a restore had begun to exchange; bring it up, then: berth-backup undo")


def services(project):
    return Services({each.service: each for each in containers((project.delivered() or {}).get("project", ""))})


def undo(project):
    """Puts back what a restore that failed or was cut off had begun to exchange, and starts what it stopped. One that was
    cut off once its application was up is ended: part of what was there before may be gone."""
    journal = read_json(project.places.of(state.RESTORING))
    if not journal:
        return
    if journal.get("settled"):
        say("what was restored stays; what was there before goes")
        tidy(project, journal)
        return
    say("puts back what was there before")
    there = services(project)
    for service, name, fresh, former in reversed(journal["databases"]):
        loader = Loader(there[service])
        names = loader.databases()
        if former in names:
            if name in names:
                loader.rename(name, fresh)
            loader.rename(former, name)
    for service, fresh in journal["made"]:
        Loader(there[service]).drop(fresh)
    for service in journal.get("besides", []):
        Beside(there[service]).swap_back()
        Beside(there[service]).drop()
    for name, place in reversed(journal["files"]):
        Laid(name, place).swap_back()
    for name, place in journal["laid"]:
        clear(Laid(name, place).fresh)
    start(journal)
    os.remove(project.places.of(state.RESTORING))


def start(journal):
    """What was stopped, in the order of Docker's own list. Raises Failed where something is not up in time."""
    for each, service in journal["containers"]:
        done = run(["docker", "start", each], seconds=120)
        if done.code != 0:
            raise Failed(f"{service}: does not start: {done.last(1)}")
    until = time.monotonic() + PATIENCE
    state = "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}"
    for each, service in journal["containers"]:
        while (said := run(["docker", "inspect", "-f", state, each]).out.split()) not in (["running"], ["running", "healthy"]):
            if time.monotonic() > until:
                raise Failed(f"{service}: is not up after {PATIENCE} s: {' '.join(said)}")
            time.sleep(0.5)
    if journal["containers"]:
        say(f"start: {', '.join(sorted(service for _, service in journal['containers']))}")


def history(project, entry):
    """One line more of what was restored here."""
    with open(project.places.of("restores.jsonl"), "a", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(json.dumps({"at": written(now()), **entry}, sort_keys=True) + "\n")
