"""Which containers of a project are databases that move by their own means; every other one is an application's."""

import re

import engine
from docker import Container
from files import DATA

IMAGES = {"postgres": re.compile(r"postg(res|is)|timescale", re.IGNORECASE), "mongodb": re.compile(r"mongo(?!-express)", re.IGNORECASE)}
# An image of one's own keeps what the one it was made from has said.
SAID = {"postgres": "PGDATA", "mongodb": "MONGO_VERSION"}


def containers(project):
    """The containers of a project's services, sorted by them."""
    found = (Container(each) for each in engine.described(project))
    return sorted((each for each in found if not each.oneoff), key=lambda each: (each.service, each.name))


def kind_of(container):
    """`postgres`, `mongodb`, or None. One that keeps no data of its own is none, whatever its image is called: a
    dump that runs by the clock is made from the database's own image."""
    if not any(DATA.match(mount["Destination"]) for mount in container.mounts):
        return None
    name = container.image.rpartition("/")[2].partition(":")[0]
    for kind, said in SAID.items():
        if IMAGES[kind].search(name) or said in container.env:
            return kind
    return None


def databases(there):
    """Those of these containers, by kind: [(kind, container)]."""
    return [(kind, each) for each in there if (kind := kind_of(each))]

