"""Services of this machine that a move needs, also after a restart of the machine."""

import os

from ground import Failed, run, write

FOLDER = "/etc/systemd/system"
# What `berth status` knows them by, to the letter: see questions/evidence/moves.sh.
TEXT = """[Unit]
Description=Move of {slug}: {verb}
After=network-online.target docker.service
StartLimitIntervalSec=0
[Service]
ExecStart=/usr/local/sbin/berth-move {verb} {slug}
Restart={again}
RestartSec=1
[Install]
WantedBy=multi-user.target
"""
NAMES = {"tunnel": "berth-move-{}.service", "relay": "berth-relay-{}.service", "watch": "berth-watch-{}.service", "guard": "berth-guard-{}.service", "give": "berth-give-{}.service"}
# One that watches ends with what it watches.
AGAIN = {"tunnel": "always", "relay": "always", "watch": "on-failure", "guard": "on-failure", "give": "always"}


def name_of(move, verb):
    return NAMES[verb].format(move.slug)


def ensure(move, verb, changed):
    """It runs, and begins anew where `changed` says that it was told something else."""
    changed = lay(move, verb) or changed
    if changed or systemctl("is-active", "--quiet", name_of(move, verb), otherwise=False) is False:
        systemctl("restart", name_of(move, verb))


def lay(move, verb):
    """It begins with the machine from now on. Answers whether it did not before."""
    path = os.path.join(FOLDER, name_of(move, verb))
    if os.path.exists(path):
        return False
    write(path, TEXT.format(slug=move.slug, verb=verb, again=AGAIN[verb]), 0o644)
    systemctl("daemon-reload")
    systemctl("enable", "--quiet", name_of(move, verb))
    return True


def gone(move, verb):
    """Neither runs nor comes back."""
    path = os.path.join(FOLDER, name_of(move, verb))
    if os.path.lexists(path):
        systemctl("disable", "--quiet", "--now", name_of(move, verb))
        os.remove(path)
        systemctl("daemon-reload")
    systemctl("reset-failed", name_of(move, verb), otherwise=False)


def last_words(move, verb):
    """The end of what it said."""
    return run(["journalctl", "--no-pager", "-o", "cat", "-n", "5", "-u", name_of(move, verb)]).last(5)


def systemctl(*words, otherwise=None):
    """Answers True, or `otherwise` where it fails and that is said. Raises Failed."""
    done = run(["systemctl", *words])
    if done.code == 0:
        return True
    if otherwise is None:
        raise Failed(f"systemctl {' '.join(words)}: {done.last() or f'status {done.code}'}")
    return otherwise
