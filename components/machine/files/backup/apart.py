"""A server of a service's own kind apart from it: the same image, command and variables, without network, on data that
it is given. Nobody reaches it but through Docker."""

import mounted
from docker import volumes
from files import DATA
from ground import Failed, run

# What would fill a server at its first start.
INIT = "/docker-entrypoint-initdb.d"


class Store:
    """Where the data of a service's container is. Raises Failed where it is not in one directory that can be exchanged."""

    def __init__(self, container):
        found = [each for each in container.mounts if DATA.match(each["Destination"]) and not each["Destination"].startswith("/data/configdb")]
        if len(found) != 1:
            raise Failed(f"{container.service}: its data is in {len(found)} volumes; it must be in one")
        self.target, self.data = found[0]["Destination"], found[0]["Source"].rstrip("/")
        # A volume that is mounted from elsewhere is an empty directory while nothing runs that has it.
        name = found[0].get("Name") if found[0]["Type"] == "volume" else None
        device = name and volumes([name])[name].device
        if device or self.data in mounted.places():
            raise Failed(f"{self.data}: {device or 'something'} is mounted there itself, so nothing can take its place; mount what is above it, or use a volume of Docker's own")


def start(container, called, data, target):
    """Starts it. Raises Failed where Docker does not."""
    entry, *rest = container.command
    words = ["docker", "run", "-d", "--name", called, "--label", "berth=apart", "--network", "none", "--restart", "no", "--pull", "never"]
    words += ["--env-file", "/dev/stdin", "-v", f"{data}:{target}", "--entrypoint", entry]
    if container.user:
        words += ["--user", container.user]
    for each in container.mounts:
        if each["Type"] == "bind" and each["Destination"] != target and not each["Destination"].startswith(INIT):
            words += ["-v", f"{each['Source']}:{each['Destination']}:ro"]
    lines = [f"{name}={value}" for name, value in container.env.items() if "\n" not in value]
    done = run([*words, container.image_id, *rest], text="".join(f"{line}\n" for line in lines))
    if done.code != 0:
        raise Failed(f"{container.service}: a server apart from it does not start: {done.last()}")


def end(container, called):
    """It ends as it should, and its data stays. One that is not there has."""
    # The image's own signal: what a server was writing it writes to the end.
    run(["docker", "stop", "-t", "60", called], seconds=90)
    done = run(["docker", "rm", "-f", "-v", called])
    if done.code != 0 and "no such container" not in done.err.lower():
        raise Failed(f"{container.service}: the server apart from it does not go: {done.last()}")
