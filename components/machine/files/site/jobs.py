"""What a job's key may ask for: its own project's delivery, and nothing else. sshd gives its words as one text."""

import re

from ground import Refused

ASKED = re.compile(r"deploy(?: ([A-Za-z0-9][A-Za-z0-9._/-]*))?|watch|passed ([0-9a-f]{40})")


def wanted(said):
    """`watch`, `passed` with a commit, or `deploy` with a reference (empty: the branch). Refuses everything else."""
    found = ASKED.fullmatch(said)
    if not found or len(said) > 250:
        raise Refused("this key may ask for: deploy, deploy <reference>, watch, passed <commit>")
    return said.split(" ")[0], found.group(1) or found.group(2) or ""
