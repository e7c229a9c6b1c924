"""Keeps volumes mounted while they are read. Docker mounts one that is a directory or a disk of elsewhere (driver_opts)
only as long as a container of its own runs: in those that are stopped for a backup, or that ended, it is an empty
directory, and an archive of that would look whole."""

import re

from ground import Failed, run

CONTAINER = "berth-reads-{}"
WAIT = ["/usr/bin/python3", "-I", "-c", "import signal; signal.sigwait({signal.SIGTERM})"]


def hold(project, volumes):
    """Has Docker mount those of these volumes that need it, until `release`; answers whether any does. Raises Failed where it
    cannot, and where the mount is not seen from here."""
    wanted = sorted((each for each in volumes if each.device), key=lambda each: each.name)
    if not wanted:
        return False
    release(project)
    try:
        mount(project, wanted)
    except Failed:
        release(project)
        raise
    return True


def mount(project, wanted):
    own = run(["docker", "inspect", "-f", "{{.Image}}", f"berth-backup-{project.slug}"])
    limits = ["--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--restart", "no", "--pull", "never"]
    mounts = [part for number, each in enumerate(wanted) for part in ("-v", f"{each.name}:/read/{number}:ro")]
    done = run(["docker", "run", "-d", "--name", CONTAINER.format(project.slug), "--label", "berth=reads", *limits, *mounts, own.out.strip(), *WAIT])
    if own.code != 0 or done.code != 0:
        raise Failed(f"{', '.join(f'volume {each.called} ({each.device})' for each in wanted)}: cannot be mounted to be read: {(own if own.code else done).last(2)}")
    seen = places()
    for each in wanted:
        if each.place not in seen:
            raise Failed(f"volume {each.called}: {each.device} is mounted at {each.place}, and the backup does not see it there; restart Docker, or use a volume of Docker's own")


def release(project):
    """What was kept mounted is Docker's again; also what a run that was cut off kept."""
    run(["docker", "rm", "-f", CONTAINER.format(project.slug)])


def places():
    """Where something is mounted."""
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        return {re.sub(r"\\([0-7]{3})", lambda found: chr(int(found.group(1), 8)), line.split()[4]) for line in file}
