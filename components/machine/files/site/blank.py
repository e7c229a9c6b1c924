"""A site that comes up without its data while archives of it exist is closed to visitors until it has them: a lost
machine must never serve a blank, nor put one in front of the archives."""

import os

import history
from ground import Failed, read_json, run, say, write
from version import volumes_here

BACKUP = "/usr/local/sbin/berth-backup"
PROXY = "/usr/local/sbin/berth-proxy"
MARKER = "blank"
AWAITS = 75


def guard(site, new):
    """Before a version starts: closes the site where what it starts with is nothing and archives exist. Raises Failed
    where it cannot be closed."""
    if not os.path.exists(site.places.backup):
        return
    marker = site.places.of(MARKER)
    if is_blank(site, new):
        write(marker, "")
    if not os.path.exists(marker):
        return
    done = run([BACKUP, "claim", site.slug], seconds=120)
    if done.code == AWAITS:
        closed = run([PROXY, "close", site.slug], seconds=300)
        if closed.code != 0:
            raise Failed(f"archives of this site exist and its data is not here, and the proxy does not close it: {closed.last(2)}")
        say(f"closed: archives of {site.slug} exist and its data is not here; visitors get 503 until: berth recover {site.slug}")
    elif done.code == 0:
        os.remove(marker)
    elif read_json(os.path.join(os.path.dirname(site.places.backup), "credential.json")) is None:
        say("note: whether archives of this site exist is asked with the key that writes them, which is not here yet")
    else:
        raise Failed(f"whether archives of this site exist cannot be told: {done.last(2)}")


def is_blank(site, new):
    """Nothing was ever delivered here, and none of its volumes is there."""
    if history.current(site) or history.kept(site):
        return False
    there = volumes_here()
    return not any(each["volume"] in there for each in new.mounts() if each["kind"] == "volume")
