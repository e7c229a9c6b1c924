"""A project that ran on this machine before Berth delivered it: its data must be found, wherever it was started."""

import json
import os
import re

import history
import lint_data
from ground import run
from problem import Problem


def judge(site, new, ref):
    """What would be left behind by the first delivery, or met by code that nobody asked for. Of later ones the lint
    knows what was mounted."""
    if history.kept(site):
        return
    for each in started_by_hand(site):
        if each["project"] != new.project:
            if each["project"] and same(origin_of(each["directory"]), site.repository):
                yield Problem.refusal(
                    "docker-compose.yml: name",
                    f"{new.project}: this repository runs here already, as {each['project']} in {each['directory']}; its volumes would be "
                    f"left behind and empty ones be made; write name: {each['project']}",
                )
            continue
        if is_another(each, site, new):
            yield Problem.refusal(
                "docker-compose.yml: name",
                f"{new.project}: another project runs here under this name, from {each['directory']}: its containers would be exchanged for "
                f"this project's, and its volumes be this project's; write another name, or stop that one and remove it (docker compose down)",
            )
            continue
        runs = head_of(each["directory"]) if same(origin_of(each["directory"]), site.repository) else ""
        if runs not in ("", new.commit) and not ref:
            yield Problem.refusal(
                each["directory"],
                f"{new.project} runs here at {runs[:12]}, and {new.commit[:12]} is the newest of {site.branch}: new code must not meet its data "
                f"unasked; deliver what runs first (--ref {runs}), or say what to deliver (--ref {site.branch})",
            )
        for mount in each["mounts"]:
            yield from beside(site, new, each, mount)


def is_another(old, site, new):
    """Is it another project that has the name by chance? Cloned from elsewhere, or, where that cannot be told, without one
    service in common."""
    origin = origin_of(old["directory"])
    if origin:
        return not same(origin, site.repository)
    return not old["services"] & set(new.model["services"])


def started_by_hand(site):
    """Containers of Compose projects on this machine that were not started from the checkout."""
    names = run(["docker", "ps", "-a", "-q", "--filter", "label=com.docker.compose.project"]).out.split()
    if not names:
        return []
    found = {}
    for each in json.loads(run(["docker", "inspect", *names]).out or "[]"):
        labels = each["Config"]["Labels"] or {}
        directory = labels.get("com.docker.compose.project.working_dir", "")
        if directory.startswith(os.path.dirname(site.places.tree) + "/"):
            continue
        key = (labels.get("com.docker.compose.project", ""), directory)
        entry = found.setdefault(key, {"project": key[0], "directory": directory, "services": set(), "mounts": []})
        service = labels.get("com.docker.compose.service", "")
        entry["services"].add(service)
        entry["mounts"] += [{**mount, "service": service} for mount in each.get("Mounts") or []]
    return list(found.values())


def beside(site, new, old, mount):
    """Data in the directory that the project was started from, which the checkout has not."""
    source = mount.get("Source", "")
    inside = source.startswith(old["directory"] + "/")
    if mount.get("Type") != "bind" or not mount.get("RW") or not inside or not os.path.isdir(source):
        return
    there = os.path.join(site.places.tree, os.path.relpath(source, old["directory"]))
    mounted = {each["volume"] for each in new.mounts()}
    if there in mounted and not os.path.exists(there) and not lint_data.source_code(there, new.facts):
        yield Problem.refusal(
            f"services.{mount['service']}.volumes",
            f"{source} holds the files of {mount['Destination']}, and the checkout has none; stop the project and bring them "
            f"(mkdir -p {os.path.dirname(there)} && cp -a {source} {there})",
        )


def origin_of(directory):
    """Where a directory was cloned from: its settings are read, and nothing of it is run."""
    file = os.path.join(directory, ".git", "config")
    return run(["git", "config", "--file", file, "remote.origin.url"]).out.strip() if os.path.isfile(file) else ""


def head_of(directory):
    """The commit that a clone is at; empty where that cannot be told. Its files are read: git, run in a directory of
    other people's, would do what its settings say."""
    folder = os.path.join(directory, ".git")
    head = first_line(os.path.join(folder, "HEAD"))
    if head.startswith("ref: "):
        ref = head[5:]
        if not re.fullmatch(r"refs/[A-Za-z0-9._/-]+", ref) or ".." in ref:
            return ""
        packed = re.search(rf"^([0-9a-f]{{40}}) {re.escape(ref)}$", text_of(os.path.join(folder, "packed-refs")), re.MULTILINE)
        head = first_line(os.path.join(folder, ref)) or (packed.group(1) if packed else "")
    return head if re.fullmatch(r"[0-9a-f]{40}", head) else ""


def first_line(path):
    return text_of(path).partition("\n")[0].strip()


def text_of(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1 << 20)
    except OSError:
        return ""


def same(one, other):
    """Do two addresses name one repository, in whatever form each is written?"""
    return bool(one) and plain(one) == plain(other)


def plain(address):
    address = re.sub(r"^[a-z+]+://", "", address.strip()).split("@")[-1]
    return re.sub(r"\.git$", "", re.sub(r"(:\d+)?[:/]+", "/", address, count=1)).rstrip("/").lower()
