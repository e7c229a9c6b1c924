"""Which containers of a project are databases that move by their own means; every other one is an application's."""

import engine
import kinds
from docker import Container
from files import DATA


def containers(project):
    """The containers of a project's services, sorted by them."""
    found = (Container(each) for each in engine.described(project))
    return sorted((each for each in found if not each.oneoff), key=lambda each: (each.service, each.name))


def kind_of(container):
    """`postgres`, `mongodb`, or None; the same as a backup takes for one, but for images that say nothing of it."""
    return kinds.kind_of(container, look=False) if any(DATA.match(mount["Destination"]) for mount in container.mounts) else None


def databases(there):
    """Those of these containers, by kind: [(kind, container)]."""
    return [(kind, each) for each in there if (kind := kind_of(each))]

