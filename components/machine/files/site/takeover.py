"""A project that ran on this machine before Berth delivered it: its data must be found, wherever it was started."""

import json
import os
import re

import history
import lint_data
from ground import run
from problem import Problem


def judge(site, repository, new):
    """What would be left behind by the first delivery. Of later ones the lint knows what was mounted."""
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
        for mount in each["mounts"]:
            yield from beside(site, new, each, mount)


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
        entry = found.setdefault(key, {"project": key[0], "directory": directory, "mounts": []})
        service = labels.get("com.docker.compose.service", "")
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


def same(one, other):
    """Do two addresses name one repository, in whatever form each is written?"""
    return bool(one) and plain(one) == plain(other)


def plain(address):
    address = re.sub(r"^[a-z+]+://", "", address.strip()).split("@")[-1]
    return re.sub(r"\.git$", "", re.sub(r"(:\d+)?[:/]+", "/", address, count=1)).rstrip("/").lower()
