"""A project that is being delivered is not restored meanwhile: what the delivery starts would write to data that is about
to be exchanged. See the program berth-site, which refuses the other way round."""

from ground import Refused, run

UNIT = "berth-delivery-{}.service"


def at_work(slug):
    """Is a delivery of it under way, or just being ended?"""
    return run(["systemctl", "is-active", UNIT.format(slug)]).out.strip() in ("active", "activating", "deactivating")


def refuse(project):
    if at_work(project.slug):
        raise Refused(f"{project.slug}: a delivery is at work; when it has ended (berth-site watch {project.slug}), begin the restore again")
