"""A project that moves to another machine, or has moved, is neither backed up nor restored here meanwhile: see the
program berth-move."""

import os

from ground import Refused, read_json


def stops(project):
    """The line for people where a move stops it; None where none does."""
    path = os.path.join(project.places.moves, "marker")
    if not os.path.exists(path):
        return None
    said = read_json(path, {})
    return f"{project.slug}: its move has this machine {said.get('role', 'stopped')} since {said.get('since', '?')}; {said.get('why', 'see: berth-move status')}"


def refuse(project):
    line = stops(project)
    if line:
        raise Refused(line)
