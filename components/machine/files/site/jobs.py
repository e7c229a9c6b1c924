"""What a job's key may ask for: its own project's delivery, and nothing else. sshd gives its words as one text."""

import re

from ground import Refused

ASKED = re.compile(r"deploy(?: ([A-Za-z0-9][A-Za-z0-9._/-]*))?|watch")


def wanted(said):
    """`watch`, or the reference to deliver (empty: the branch). Refuses everything else."""
    found = ASKED.fullmatch(said)
    if not found or len(said) > 250:
        raise Refused("this key may ask for: deploy, deploy <reference>, watch")
    return ("watch", "") if said == "watch" else ("deploy", found.group(1) or "")
