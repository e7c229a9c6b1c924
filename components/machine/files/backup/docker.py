"""What of a project is on this machine's Docker: its containers and its volumes, and programs in them."""

import json
import re

from ground import Failed, Stream, run


class Container:
    """A container of a project."""

    def __init__(self, said):
        labels = said["Config"]["Labels"] or {}
        self.id = said["Id"]
        self.name = said["Name"].lstrip("/")
        self.service = labels.get("com.docker.compose.service", "?")
        self.status = said["State"]["Status"]
        self.image = said["Config"]["Image"]
        self.image_id = said["Image"]
        # What it was started with, and as whom.
        self.command = [*(said["Config"].get("Entrypoint") or []), *(said["Config"].get("Cmd") or [])]
        self.user = said["Config"].get("User") or ""
        self.env = dict(each.split("=", 1) for each in said["Config"]["Env"] or [] if "=" in each)
        self.mounts = [each for each in said["Mounts"] if each["Type"] in ("volume", "bind")]
        self.oneoff = labels.get("com.docker.compose.oneoff") == "True"

    def words(self, script, env=None, user=None, interactive=False):
        """The command that runs a shell script in it. What varies goes in as variables, which no shell reads."""
        words = ["docker", "exec"]
        if interactive:
            words.append("-i")
        if user:
            words += ["-u", user]
        for name, value in (env or {}).items():
            words += ["-e", f"{name}={value}"]
        return [*words, self.id, "sh", "-c", script]

    def run(self, script, env=None, user=None, seconds=120):
        return run(self.words(script, env, user), seconds=seconds)

    def stream(self, script, env=None, user=None):
        return Stream(self.words(script, env, user))


def containers(project):
    """The containers of a Compose project, but for those of single commands, sorted by service."""
    listed = run(["docker", "ps", "-a", "-q", "--no-trunc", "--filter", f"label=com.docker.compose.project={project}"])
    if listed.code != 0:
        raise Failed(f"Docker does not answer: {listed.last()}")
    names = listed.out.split()
    if not names:
        return []
    # One that went meanwhile is not among what is told.
    found = json.loads(run(["docker", "inspect", *names]).out or "[]")
    return sorted((each for each in map(Container, found) if not each.oneoff), key=lambda each: (each.service, each.name))


class Volume:
    """A volume of this machine. `called`: its name in the Compose file. `device`: what Docker mounts there for as long as a
    container that has it runs, and at no other time; empty where the files are Docker's own. `home`: the directory that
    keeps what it holds, whatever runs; None where that is not on this machine's disk."""

    def __init__(self, said):
        labels = said["Labels"] or {}
        self.name = said["Name"]
        self.called = labels.get("com.docker.compose.volume") or said["Name"]
        self.place = said["Mountpoint"]
        options = said.get("Options") or {}
        self.device = options.get("device", "")
        bound = {"bind", "rbind"} & set(options.get("o", "").split(","))
        self.home = self.place if not self.device else self.device if bound else None
        self.anonymous = "com.docker.volume.anonymous" in labels or bool(re.fullmatch(r"[0-9a-f]{64}", said["Name"]))


def volumes(names):
    """Those of these volumes that are there, by name."""
    found = {}
    for name in sorted(set(names)):
        done = run(["docker", "volume", "inspect", name])
        if done.code == 0:
            volume = Volume(json.loads(done.out)[0])
            found[volume.name] = volume
    return found
