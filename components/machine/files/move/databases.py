"""Which containers of a project are databases that move by their own means; every other one is an application's."""

import functools
import os

import engine
import kinds
from docker import Container, Volume
from files import DATA


def containers(project):
    """The containers of a project's services, sorted by them."""
    found = (at_home(Container(each)) for each in engine.described(project))
    return sorted((each for each in found if not each.oneoff), key=lambda each: (each.service, each.name))


def at_home(container):
    """Its volumes are told where what they hold is while nothing runs too: a directory of elsewhere is mounted by Docker
    as long as a container has it, and what is stopped for a move would be looked for in an empty one."""
    for each in container.mounts:
        known = volume(each.get("Name")) if each["Type"] == "volume" else None
        if known and known.device:
            each["Source"], each["Elsewhere"] = (os.path.realpath(known.home), None) if known.home else (each["Source"], known.device)
    return container


@functools.cache
def volume(name):
    """A volume, which never changes; None where there is none."""
    said = engine.volume(name)
    return Volume(said) if said and "Mountpoint" in said else None


def kind_of(container):
    """`postgres`, `mongodb`, or None; the same as a backup takes for one, but for images that say nothing of it."""
    return kinds.kind_of(container, look=False) if any(DATA.match(mount["Destination"]) for mount in container.mounts) else None


def databases(there):
    """Those of these containers, by kind: [(kind, container)]."""
    return [(kind, each) for each in there if (kind := kind_of(each))]

