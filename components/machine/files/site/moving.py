"""A project that moves to another machine, or has moved, is not delivered here meanwhile: see the program berth-move."""

import os

from ground import Refused, read_json


def refuse(site):
    """Refuses what would start or exchange anything while a move stops it, with what ends that."""
    path = os.path.join(site.places.moves, "marker")
    if os.path.exists(path):
        said = read_json(path, {})
        raise Refused(
            f"{site.slug}: its move has this machine {said.get('role', 'stopped')} since {said.get('since', '?')}; "
            f"{said.get('why', 'see: berth-move status')}"
        )
