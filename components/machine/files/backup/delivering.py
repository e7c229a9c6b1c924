"""A project that is being delivered is not restored meanwhile: what the delivery starts would write to data that is about
to be exchanged. See the program berth-site, which refuses the other way round."""

from ground import Refused, run

UNIT = "berth-delivery-{}.service"


def refuse(project):
    done = run(["systemctl", "is-active", UNIT.format(project.slug)])
    if done.out.strip() in ("active", "activating", "deactivating"):
        raise Refused(f"{project.slug}: a delivery is at work; when it has ended (berth-site watch {project.slug}), begin the restore again")
