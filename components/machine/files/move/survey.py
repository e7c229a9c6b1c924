"""What a plan judges of a machine before anything is moved."""

import os
import platform

import left
import moves
import postgres
import trees
from databases import containers
from ground import Failed, read_json, run


def survey(move):
    """Reads alone. A machine on which nothing was delivered yet has neither services nor data."""
    delivered = move.delivered()
    found, left_out = trees.trees_of(move) if delivered else ([], [])
    there = containers(delivered["project"]) if delivered else []
    return {
        "slug": move.slug,
        "commit": delivered and delivered["commit"],
        "project": delivered and delivered["project"],
        "services": [{"service": each.service, "image": each.image, "imageId": each.image_id, "status": each.status} for each in there],
        "databases": postgres.survey(move) if delivered else [],
        "files": [trees.measured(each) for each in found],
        "leftOut": left_out,
        "disk": disk(),
        "memory": memory(),
        "cpu": {"arch": platform.machine(), "flags": flags()},
        "blank": is_blank(move),
        # Services that wait on a machine that does not serve, as the version that was delivered last has them.
        "acting": delivered and delivered["acting"],
        "beside": move.is_beside(),
        "left": left.told(move),
        "moving": moves.status(move) if move.phase()["role"] != "none" else None,
    }


def disk():
    """Of where Docker keeps volumes."""
    done = run(["docker", "info", "-f", "{{.DockerRootDir}}"])
    if done.code != 0:
        raise Failed(f"Docker does not answer: {done.last(3)}")
    said = os.statvfs(done.out.strip())
    return {"free": said.f_bavail * said.f_frsize, "total": said.f_blocks * said.f_frsize}


def memory():
    with open("/proc/meminfo", encoding="utf-8") as file:
        return int(next(line for line in file if line.startswith("MemTotal:")).split()[1]) * 1024


def flags():
    """What the processor can do besides what all of its kind can: an image may need it."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        lines = [line.partition(":")[2].split() for line in file if line.startswith(("flags", "Features"))]
    return sorted(set(lines[0])) if lines else []


def is_blank(move):
    """Is nothing here of its own that counts? A machine that awaits its data has none; one that has backed the project up
    since it was moved away, or that a move has made serve, does. That its first delivery found nothing proves neither: it may serve since."""
    backups = read_json(os.path.join(move.root, "var/lib/berth/backups", move.slug, "status.json"), {})
    if backups.get("awaits") or move.delivered() is None:
        return True
    return not left.served_since(move) and move.phase()["phase"] != "promoted"
