"""A project whose data is being brought back is not delivered meanwhile: what a version writes to data that is about to
be exchanged would be in no backup. See the program berth-backup."""

import os

from ground import Refused


def refuse(site):
    """Refuses where a restore is at work, or was cut off, with what ends that."""
    if os.path.exists(site.places.restoring):
        raise Refused(
            f"{site.slug}: a restore of its data is at work or was cut off, and nothing is exchanged meanwhile; "
            f"see: berth-backup status {site.slug}; one that was cut off is put back by: berth-backup undo {site.slug}"
        )
