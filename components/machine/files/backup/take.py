"""One run: a project's databases and files into an archive, and what it holds beside it (R29, R31, R36)."""

import json
import time

import files
import kinds
import mongodb
import mounted
import moving
import postgresql
import quiet
import rds
from archive import Archive
from docker import containers, volumes
from failures import BackupFailed, BeginAnew, Exists
from ground import Failed, now, say, written
from seal import Sealed
from state import change, status_of
from upload import Upload, put

FORMAT = 1
WRITER = "berth 1"
KINDS = {"postgres": postgresql, "mongodb": mongodb}
# A run that has to begin anew does so this often at most.
ANEW = 2


class Awaits(Failed):
    """Archives of an earlier machine are there, and this one has not got its data back."""


def take(project):
    """Takes one archive. Answers the entry of the status, without `at` and `by`. Raises Failed, and then nothing is
    there under the archive's name."""
    moved = moving.stops(project)
    if moved:
        raise Failed(moved)
    site = project.delivered()
    if site is None:
        raise Failed(f"nothing was delivered here yet; deliver it: berth deploy {project.slug}")
    key = project.credential()
    claim(project, key)
    for left in reversed(range(ANEW + 1)):
        try:
            return Run(project, site, key).run()
        except BeginAnew as problem:
            if not left:
                raise Failed(str(problem)) from None
            say(f"begins anew: {problem}")
        except BackupFailed as problem:
            raise Failed(str(problem)) from None
    raise Failed("did not come to an end")


def claim(project, key):
    """Says that archives are begun, once. One that another machine said so of awaits its data: a machine that came up
    empty must never put a blank in front of them."""
    found = status_of(project)
    place = claimed_place(project)
    # Programs before this one did not write down where.
    before = found.get("claimedAt")
    if found.get("claimed") and place in (before or []):
        return
    text = json.dumps({"begun": written(now()), "project": project.slug})
    try:
        put(project.place, f"{project.prefix}begun", key, text.encode())
    except Exists as problem:
        if not problem.in_doubt and not (found.get("claimed") and before is None):
            change(project, awaits="recovery")
            raise Awaits(
                "archives of this project are there from before, and this machine has not got its data back: "
                f"berth recover {project.slug}, or berth recover {project.slug} --empty where it shall begin empty"
            ) from None
    except BackupFailed as problem:
        raise Failed(str(problem)) from None
    settle(project)


def claimed_place(project):
    """Where a machine's archives are begun: another bucket of the same project has its own beginning."""
    return f"{project.place.bucket}/{project.prefix}"


def settle(project):
    """What is on this machine is what the archives at their place go on with."""
    before = status_of(project).get("claimedAt") or []
    change(project, claimed=True, claimedAt=sorted({*before, claimed_place(project)}))


class Run:
    """One try."""

    def __init__(self, project, site, key):
        self.project, self.site, self.key = project, site, key
        self.begun, self.began = now(), time.monotonic()
        self.base = f"{project.prefix}{self.begun.strftime('%Y-%m-%dT%H%M%SZ')}"
        self.notes, self.left_out = [], []
        # Servers of kinds that are not dumped.
        self.others = []

    def run(self):
        there = containers(self.site["project"])
        if not there:
            how = "bring it up, or correct backup.compose" if self.project.compose else f"deliver it: berth deploy {self.project.slug}"
            raise Failed(f"no container of {self.site['project']} is there; {how}")
        servers = self.servers(there)
        upload = Upload(self.project.place, f"{self.base}.tar.lrz", self.key)
        sealed, held = None, False
        try:
            if self.project.recipients:
                sealed = Sealed(upload, self.project.recipients)
            try:
                databases = {each.container.service for each in servers}
                mounts = files.mounts_of(there, self.site["mounts"])
                held = mounted.hold(self.project, volumes(each["volume"] for each in mounts if each["kind"] == "volume").values())
                quiet.hold(self.project, self.project.consistency, [each for each in there if each.service not in databases])
                for each in servers:
                    each.open()
                manifest = self.write(Archive(sealed or upload), servers, there, mounts)
            finally:
                if held:
                    mounted.release(self.project)
                for each in servers:
                    each.close()
                if not quiet.release(self.project):
                    self.notes.append("not all that was held for it goes on: see the containers (docker ps -a)")
            self.judge(manifest)
            if sealed:
                sealed.close()
            receipt = upload.complete()
        except BaseException:
            if sealed:
                sealed.abort()
            upload.abort()
            raise
        manifest["archive"] = {name: receipt[name] for name in ("key", "bytes", "sha256")}
        version = put(self.project.place, f"{self.base}.manifest.json", self.key, written_down(manifest))
        if self.project.place.owner and not version:
            raise Failed(
                f"{self.project.place.bucket}: keeps no versions, so that whoever deletes an archive there deletes it for good; "
                "have the client switch versioning on"
            )
        return self.entry(manifest)

    def servers(self, there):
        """The databases that run. Raises Failed where the declared kind is not among them."""
        found = []
        seen = set()
        for each in there:
            if each.service in self.project.exclude or each.service in seen:
                continue
            kind = kinds.kind_of(each)
            if kind:
                seen.add(each.service)
                found.append(KINDS[kind].Server(each))
            elif kinds.is_other(each):
                self.others.append(each)
            elif kinds.named(each):
                self.left_out.append({"what": each.service, "reason": "is of a database's image, and neither runs a server nor keeps data under a name"})
        if self.project.rds:
            if any(each.service == rds.SERVICE for each in there):
                raise Failed(f"a service of the project is called {rds.SERVICE}, as is the server of backup.rds in archives: give the service another name")
            found.append(rds.Server(self.project.slug, self.project.rds, self.key.get("serverPassword", ""), self.project.places.tree))
        wanted = {"postgres": postgresql, "postgis": postgresql, "mongodb": mongodb}.get(self.project.kind)
        if wanted and not any(isinstance(each, wanted.Server) for each in found):
            raise Failed(f"backup.database is {self.project.kind}, and no service of the project is such a server")
        return found

    def write(self, archive, servers, there, mounts):
        """Everything, in its order. Answers what it holds."""
        project = self.project
        trees, left_out = files.trees(project, mounts, {each.container.service for each in servers})
        left_out += [{"what": name, "reason": reason} for name, reason in project.exclude.items() if name in {each.service for each in there}]
        left_out += self.left_out
        if project.compose:
            left_out += files.directories(mounts, trees)
        tools = {"writer": WRITER, "lrzip": "0.6", **({"age": "v1"} if project.recipients else {})}
        databases = []
        for each in servers:
            tools["pg_dump" if isinstance(each, postgresql.Server) else "mongodump"] = each.version()
            databases.append(each.write(archive))
            say(f"{each.container.service}: {told_database(databases[-1])}")
            left_out += each.left_out
        kept = []
        self.living = self.read_alive(trees)
        for tree in trees:
            kept.append(archive.tree(tree.name, tree.place))
            say(f"files {tree.name}: {kept[-1]['entries']} entries, {kept[-1]['bytes']} bytes")
        end = now()
        manifest = {
            "format": FORMAT,
            "project": project.slug,
            "environment": project.environment,
            "begun": written(self.begun),
            "finished": written(end),
            "seconds": round(time.monotonic() - self.began, 1),
            "commit": self.site["commit"],
            "consistency": project.consistency,
            "tools": tools,
            "databases": databases,
            "files": kept,
            "living": self.living,
            "left_out": sorted(left_out, key=lambda each: each["what"]),
        }
        text = written_down(manifest)
        archive.member("manifest.json", len(text), [text])
        archive.close()
        return manifest

    def read_alive(self, trees):
        """Files of a running server of a kind that is not dumped, by service: nobody knows whether it begins on them."""
        if self.project.consistency != "snapshot":
            return []
        places = {tree.place for tree in trees}
        return sorted({each.service for each in self.others if each.status == "running" and places & {mount["Source"] for mount in each.mounts}})

    def judge(self, manifest):
        """Raises Failed where what was read cannot be all, before the archive gets its name."""
        content = content_of(manifest)
        if not content:
            raise Failed("there is nothing to back up: neither a database nor files")
        databases = [each for server in manifest["databases"] for each in server["databases"]]
        if databases and not any(each["tables"] for each in databases) and not self.project.lenient:
            raise Failed("is empty: no database holds a table; is this the right server?")
        if any("dump" in each and mongodb.is_empty(each) for each in manifest["databases"]) and not self.project.lenient:
            raise Failed("is empty: MongoDB holds no collection; is this the right server?")
        before = (status_of(self.project).get("lastTaken") or {}).get("content") or {}
        for name, size in before.items():
            if name not in content:
                self.notes.append(f"{name} was in the archive before and is not there any more")
            elif content[name] < size * self.project.shrink and not self.project.lenient:
                raise Failed(
                    f"{name} shrank from {size} to {content[name]} bytes, below the share {self.project.shrink:g}; where that is right, "
                    "say so for one run: backup.mayShrinkTo: 0"
                )

    def entry(self, manifest):
        damaged = [f"{tree['name']}/{path}" for tree in manifest["files"] for kind in ("changed", "unreadable") for path in tree[kind]]
        whole = [f"not whole: {', '.join(damaged[:10])}"] if damaged else []
        alive = [
            f"{each}: keeps the data of a database that is not dumped, and its files were read while it ran; stop it meanwhile (backup.consistency: stop), "
            f"or say why nobody needs it back (backup.exclude.{each})"
            for each in manifest["living"]
        ]
        why = "; ".join([*whole, *alive, *self.notes])
        return {
            "verdict": "incomplete" if damaged or alive else "taken",
            "why": why,
            "notes": self.notes,
            "key": manifest["archive"]["key"],
            "bytes": manifest["archive"]["bytes"],
            "seconds": round(time.monotonic() - self.began, 1),
            "content": content_of(manifest),
        }


def content_of(manifest):
    """How much of what there is, by what it is."""
    found = {}
    for server in manifest["databases"]:
        for each in server["databases"]:
            found[f"{server['service']}: the database {each['name']}"] = each["bytes"]
        if "dump" in server:
            found[f"{server['service']}: MongoDB"] = server["dump"]["bytes"]
    for tree in manifest["files"]:
        found[f"files {tree['name']}"] = tree["bytes"]
    return found


def told_database(server):
    names = ", ".join(f"{each['name']} ({sum(table['dumped'] or 0 for table in each['tables'])} rows)" for each in server["databases"])
    return names or f"{mongodb.documents(server)} documents, {server['dump']['bytes']} bytes"


def written_down(manifest):
    return (json.dumps(manifest, sort_keys=True, indent=1) + "\n").encode()
