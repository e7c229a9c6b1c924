"""Projects beside each other on a machine: Docker knows a project by the name in its Compose file and a volume by its own,
so that two of one name, as two clients' instances of one product have it, would be one: each with the other's data."""

import contextlib
import fcntl
import json
import os

from compose import BASE
from declared import all_slugs
from ground import Refused, read_json, write
from problem import Problem

CLAIM, LOCK = "claim.json", ".names"


def judge(site, new):
    """What of a version another project of this machine has already."""
    mine = named(new)
    for slug in all_slugs():
        if slug == site.slug:
            continue
        projects, volumes = theirs(os.path.join(os.path.dirname(site.places.state), slug))
        if new.project in projects:
            yield Problem.refusal(
                f"{BASE}: name",
                f"{new.project}: is the name of {slug} on this machine, whose containers and data would become this project's; "
                f"take the line out, so that the project is called {site.slug}, or give it a machine of its own",
            )
        # Of one that has the project's name too that is said above.
        elif mine & volumes:
            yield Problem.refusal(
                f"{BASE}: volumes",
                f"{', '.join(sorted(mine & volumes))}: of {slug} on this machine, whose data both would write; take the name: of the "
                "volume out, or, where both shall have it, say external: true",
            )


def claim(site, new):
    """From now on the names are this project's. Refuses them where another one has taken them since it was judged: two first
    deliveries run at once."""
    with alone(site):
        problems = [str(each) for each in judge(site, new)]
        if problems:
            raise Refused("\n".join([*problems, "nothing was touched"]))
        write(site.places.of(CLAIM), json.dumps({"project": new.project, "volumes": sorted(named(new))}))


@contextlib.contextmanager
def alone(site):
    """No other delivery claims a name meanwhile."""
    with open(os.path.join(os.path.dirname(site.places.state), LOCK), "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def named(version):
    """Volumes that a version has for itself."""
    return {each["volume"] for each in version.mounts() if each["kind"] == "volume" and not each["external"]}


def theirs(state):
    """Names that another project has taken, or has data under."""
    claimed, kept = (read_json(os.path.join(state, name)) or {} for name in (CLAIM, "kept.json"))
    mounts = kept.get("mounts") or []
    volumes = {each["volume"] for each in mounts if each["kind"] == "volume" and not each.get("external")}
    return {claimed.get("project"), kept.get("project")} - {None}, volumes | set(claimed.get("volumes") or [])
