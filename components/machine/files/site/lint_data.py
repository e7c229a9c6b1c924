"""Where a project's data is: what a delivery must never leave behind, exchange or write over (R66, R67)."""

import os

from compose import BASE, file_of
from known import base_name, is_database, is_tool, passes
from problem import Problem


def mounts_of(model):
    """What services mount of a machine's disk: a volume by its name there, or a directory by its path."""
    volumes = model.get("volumes") or {}
    found = []
    for name, service in (model.get("services") or {}).items():
        for each in service.get("volumes") or []:
            source = each.get("source")
            if not source or each.get("type") not in ("volume", "bind"):
                continue
            volume = source
            if each["type"] == "volume":
                volume = (volumes.get(source) or {}).get("name") or source
            found.append(
                {
                    "service": name,
                    "kind": each["type"],
                    "volume": volume,
                    "source": source,
                    "target": each["target"].rstrip("/") or "/",
                    "writable": not each.get("read_only", False),
                    "external": bool((volumes.get(source) or {}).get("external")),
                }
            )
    return found


def judge(facts):
    return [*by_override(facts), *left_behind(facts), *in_the_checkout(facts), *uploads(facts), *nowhere(facts)]


def by_override(facts):
    """The environment's own part mounts other data than the base says."""
    file = file_of(facts.env)
    base = {(each["service"], each["target"]): each for each in mounts_of(facts.base)}
    full = {(each["service"], each["target"]): each for each in mounts_of(facts.full)}
    for key, before in base.items():
        after = full.get(key)
        service, target = key
        # One of the same name here and another on the machine is told below, once.
        if before["kind"] == "volume" and (after is None or after["source"] != before["source"]):
            other = after["volume"] if after else "nothing"
            yield Problem.refusal(
                f"{file}: services.{service}.volumes",
                f"mounts {other} at {target}, where {BASE} has {before['volume']}: the data there would be left behind; "
                "say in one place alone what is mounted",
            )
    for name, volume in (facts.base.get("volumes") or {}).items():
        other = (facts.full.get("volumes") or {}).get(name)
        # Compose leaves out what nobody mounts.
        if other is not None and (other.get("name") != volume.get("name") or other.get("external") != volume.get("external")):
            yield Problem.refusal(f"{file}: volumes.{name}", f"is {other.get('name')}, where {BASE} says {volume.get('name')}; take it out")
    if facts.full.get("name") != facts.base.get("name") or top_level_name(facts.texts.get(file, "")):
        yield Problem.refusal(
            f"{file}: name",
            f"{facts.full.get('name')}: names the project, and with it all its volumes; say it in {BASE} alone",
        )


def top_level_name(text):
    return any(line.split(":")[0].strip("\"' ") == "name" and not line[:1].isspace() for line in text.splitlines() if ":" in line)


def left_behind(facts):
    """Data of the last delivery that the next one would not find, or find elsewhere."""
    now = mounts_of(facts.full)
    kept = facts.kept or {}
    project = kept.get("project")
    if project and facts.full.get("name") != project:
        yield Problem.refusal(
            f"{BASE}: name",
            f"{facts.full.get('name')}: until now the project is {project}; its volumes would be left behind and empty ones "
            f"be made; write name: {project}",
        )
    used = {each["volume"]: each for each in now}
    told = set()
    for before in kept.get("mounts") or []:
        volume = before["volume"]
        if before["kind"] == "volume" and facts.volumes is not None and volume not in facts.volumes:
            continue
        if before["kind"] == "bind" and not (before["writable"] and data_directory(before, facts)):
            continue
        if volume not in used:
            told.add(volume)
            yield Problem.refusal(
                f"{BASE}: services.{before['service']}.volumes",
                f"{volume}, which holds {before['target']} of {before['service']}, is not mounted any more: its data would be left "
                f"behind; mount it, or, where nobody needs it, " + removal(before),
            )
        elif not any(each["volume"] == volume and each["target"] == before["target"] for each in now):
            yield Problem.refusal(
                f"{BASE}: services.{used[volume]['service']}.volumes",
                f"{volume} is mounted at {used[volume]['target']}, and was at {before['target']}: the service would not find its "
                "data there; keep the path, or move the data first",
            )
    for volume, owner in (facts.volumes or {}).items():
        # Of an earlier run of the same project, however it was started.
        if owner and owner == facts.full.get("name") and volume not in used and volume not in told and not kept.get("mounts"):
            yield Problem.refusal(
                f"{BASE}: volumes",
                f"this machine has {volume}, a volume of {owner}, which no service mounts: its data would be left behind; mount it, "
                f"or, where nobody needs it, remove it (docker volume rm {volume})",
            )


def removal(mount):
    if mount["kind"] == "volume":
        return f"remove it from the machine (docker volume rm {mount['volume']})"
    return f"move it away on the machine ({mount['volume']})"


def data_directory(mount, facts):
    return os.path.isdir(mount["volume"]) and not passes(mount["target"]) and mount["volume"] != facts.tree


def in_the_checkout(facts):
    """Data that lies among a repository's own files."""
    for each in mounts_of(facts.full):
        if each["kind"] != "bind":
            continue
        place = f"services.{each['service']}.volumes"
        source = each["volume"]
        outside = os.path.dirname(facts.tree)
        if source != facts.tree and os.path.commonpath([source, outside]) == outside and not inside(source, facts.tree):
            yield Problem.refusal(
                place,
                f"{os.path.relpath(source, facts.tree)} leads out of the checkout, to what other projects have there; "
                "use a named volume or an absolute path",
            )
        if not each["writable"] or not inside(source, facts.tree):
            continue
        path = os.path.relpath(source, facts.tree)
        if facts.tracked is not None and path in facts.tracked and holds_data(path):
            yield Problem.refusal(
                place,
                f"./{path}:{each['target']}: a file that is tracked and written to; the next delivery would write over its data; "
                "use a named volume and take the file out of the repository",
            )
        elif is_database(facts.full["services"][each["service"]]) and not each["target"].startswith(("/docker-entrypoint", "/etc/")):
            yield Problem.warning(place, f"./{path}:{each['target']}: a database among the repository's files; a named volume keeps it apart")


def inside(path, directory):
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def holds_data(path):
    return path.lower().endswith((".sqlite", ".sqlite3", ".db", ".db3", ".mdb", ".rdb", ".csv", ".dat"))


def uploads(facts):
    """Files of visitors on the machine's disk that no declared path names. Whether they are backed up is another
    matter, where there is a backup."""
    what = "that no backup covers" if facts.backup is None else "on this machine's disk"
    for each in mounts_of(facts.full):
        service = facts.full["services"][each["service"]]
        target = each["target"]
        whole = each["kind"] == "bind" and each["volume"] == facts.tree
        single = facts.tracked is not None and each["kind"] == "bind" and os.path.relpath(each["volume"], facts.tree) in facts.tracked
        if not each["writable"] or is_database(service) or passes(target) or single or whole or system(each["volume"]):
            continue
        if each["kind"] == "bind" and facts.tracked is not None and source_code(each["volume"], facts):
            continue
        if not any(inside(target, path) or inside(path, target) for path in facts.files):
            yield Problem.warning(
                f"services.{each['service']}.volumes",
                f"{target} holds files {what}; S3 is where uploads belong, or declare files: [{target}] (R67)",
            )


def source_code(source, facts):
    """A directory of tracked files, not only of a file that keeps it."""
    path = os.path.relpath(source, facts.tree)
    held = [each for each in facts.tracked if each.startswith(f"{path}/")]
    return any(not os.path.basename(each).startswith(".git") and os.path.basename(each) not in (".keep", "README.md") for each in held)


def system(path):
    return path.startswith(("/var/run/", "/run/", "/proc", "/sys", "/etc/", "/dev"))


def nowhere(facts):
    """A database whose data nobody would find again, and volumes that have to be there and are not."""
    for name, service in (facts.full.get("services") or {}).items():
        image = base_name(service.get("image") or "")
        keeps = any(word in image.lower() for word in ("postgres", "postgis", "mysql", "mariadb", "mongo", "timescale"))
        if keeps and not is_tool(image) and not any(each["service"] == name for each in mounts_of(facts.full)) and not service.get("tmpfs"):
            yield Problem.warning(
                f"services.{name}",
                "a database without a named volume: its data goes with its container; mount one",
            )
    for each in mounts_of(facts.full):
        if each["external"] and facts.volumes is not None and each["volume"] not in facts.volumes:
            yield Problem.refusal(
                f"services.{each['service']}.volumes",
                f"{each['volume']} is external, and this machine has no such volume; make it (docker volume create {each['volume']})",
            )
