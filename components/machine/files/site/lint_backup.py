"""Is all of a project's data backed up, or left out with a reason (R29)? `facts.backup` is what the node was told of
the project's backups."""

import os
import re

from compose import BASE
from known import base_name, is_database, is_tool, passes
from lint_data import inside, mounts_of, source_code, system
from problem import Problem

# Databases that a backup dumps, by the last part of an image's name or by where their data is. Tools for them are none.
KINDS = {
    "postgres": (re.compile(r"(^|[_.-])(postgres|postgresql|postgis|timescaledb|pgvector|pgrouting)($|[_.-])", re.IGNORECASE), "/var/lib/postgresql"),
    "mongodb": (re.compile(r"(^|[_.-])(mongo|mongodb|ferretdb)($|[_.-])", re.IGNORECASE), "/data/db"),
}
DATA = re.compile(r"^/(var/lib/postgresql|data/(db|configdb)|bitnami/(postgresql|mongodb))(/|$)")


def judge(facts):
    if facts.backup is None:
        return []
    # Stage may lack what production must have.
    problem = Problem.refusal if facts.env == "prod" else Problem.warning
    services = facts.full.get("services") or {}
    mounts = mounts_of(facts.full)
    dumped = {name: kind for name, service in services.items() if name not in exclude(facts) and (kind := kind_of(service))}
    return [
        *declared_kind(facts, services, dumped, problem),
        *databases(facts, services, mounts, dumped, problem),
        *directories(facts, services, mounts, dumped, problem),
        *nameless(facts, services, dumped, problem),
        *paths(facts, mounts, problem),
        *stale(facts, services),
    ]


def exclude(facts):
    return facts.backup.get("exclude") or {}


def kind_of(service):
    """The kind of a database that is dumped; None for any other service."""
    name = base_name(service.get("image") or "")
    targets = [each.get("target") or "" for each in service.get("volumes") or []]
    for kind, (form, place) in KINDS.items():
        if (form.search(name) and not is_tool(name)) or any(inside(target, place) for target in targets):
            return kind
    return None


def declared_kind(facts, services, dumped, problem):
    wanted = {"postgis": "postgres", "none": None}.get(facts.backup["kind"], facts.backup["kind"])
    # What is built may be a database under any name: it is found by what runs in it.
    if wanted and wanted not in dumped.values() and not facts.backup.get("rds") and not any("build" in each for each in services.values()):
        yield problem("backup.database", f"{facts.backup['kind']}: no service of {BASE} is one; say which kind the project has, or none")
    for name, kind in dumped.items():
        if kind != wanted:
            yield Problem.warning("backup.database", f"{facts.backup['kind']}: {name} is {kind} and is dumped all the same; say so in the stack file")
        if kind == "mongodb" and facts.backup["consistency"] == "snapshot":
            yield problem("backup.consistency", f"snapshot: {name} is mongodb, which gives none; say stop or pause")


def databases(facts, services, mounts, dumped, problem):
    """Those that no backup dumps: their files, read while they run, are no backup."""
    for name, service in services.items():
        if not is_database(service) or name in dumped or name in exclude(facts):
            continue
        kept = [each for each in mounts if each["service"] == name and each["writable"]]
        if kept and not all(each["volume"] in exclude(facts) or each["source"] in exclude(facts) for each in kept):
            yield problem(
                f"services.{name}",
                f"{service.get('image') or 'a database'}: keeps data, and no backup dumps its kind; where nobody needs it back, say why: "
                f"backup.exclude.{name} in the stack file",
            )


def directories(facts, services, mounts, dumped, problem):
    """Directories of the machine's that are written to."""
    for each in mounts:
        service, target, place = services[each["service"]], each["target"], each["volume"]
        if each["kind"] != "bind" or not each["writable"] or left_out(facts, each) or (each["service"] in dumped and DATA.match(target)):
            continue
        if is_database(service) and each["service"] not in dumped or passes(target) or system(place) or place == facts.tree:
            continue
        path = os.path.relpath(place, facts.tree)
        if facts.tracked is not None and (path in facts.tracked or source_code(place, facts)):
            continue
        where = f"services.{each['service']}.volumes"
        if not inside(place, facts.tree):
            yield problem(
                where,
                f"{place}:{target}: lies outside of the project, where no backup reads; use a named volume, or say why nobody needs it back: "
                f"backup.exclude.{each['service']}",
            )
        elif not any(inside(target, path) for path in facts.files):
            yield problem(
                where,
                f"./{path}:{target}: is neither backed up nor left out; declare files: [{target}], or say why nobody needs it back: "
                f"backup.exclude.{each['service']}",
            )


def nameless(facts, services, dumped, problem):
    """Volumes that go with their containers."""
    for name, service in services.items():
        for each in service.get("volumes") or []:
            target = (each.get("target") or "").rstrip("/")
            if each.get("type") != "volume" or each.get("source") or name in exclude(facts) or passes(target):
                continue
            if name in dumped and DATA.match(target):
                continue
            yield problem(
                f"services.{name}.volumes",
                f"{target}: a volume without a name is not backed up, and goes with its container; give it a name, or say why nobody needs "
                f"it back: backup.exclude.{name}",
            )


def paths(facts, mounts, problem):
    """Declared paths that are in no volume: a backup would not find them."""
    volumes = {each["source"]: each for each in mounts if each["kind"] == "volume"}
    for path in facts.files:
        other = volumes.get(path.strip("/").replace("/", "-"))
        if other and not inside(path.rstrip("/"), other["target"]):
            yield problem("files", f"{path}: would have the name of the volume {other['source']} in archives; call the volume otherwise, or mount the path elsewhere")
        if not any(inside(path.rstrip("/"), each["target"]) for each in mounts):
            yield problem("files", f"{path}: no service mounts it, so its files are in no backup and go with their container; mount a volume there, or take it out")


def left_out(facts, mount):
    return any(name in exclude(facts) for name in (mount["service"], mount["source"], mount["volume"]))


def stale(facts, services):
    known = {*services, *(facts.full.get("volumes") or {}), *(each["source"] for each in mounts_of(facts.full))}
    for name in exclude(facts):
        if name not in known:
            yield Problem.warning(f"backup.exclude.{name}", "is neither a service nor a volume of the project (any more); take it out of the stack file")
