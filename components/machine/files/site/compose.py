"""Docker Compose, asked for its own reading of a project's files and told to carry it out."""

import json
import os
import re

from ground import Refused, environment, follow, run

BASE = "docker-compose.yml"
OVERRIDE = "docker-compose.override.yml"


def file_of(env):
    """The environment's own part of a project (R43)."""
    return f"dc.{env}.yml"


def plain(value):
    """A resolved model without the doubled dollars by which Compose keeps it readable for itself."""
    if isinstance(value, str):
        return value.replace("$$", "$")
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value


def version():
    """The installed Compose as three numbers; zeros where it does not say."""
    done = run(["docker", "compose", "version", "--short"])
    if done.code != 0:
        raise Refused(f"Docker Compose does not answer on this machine: {done.last(3)}")
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", done.out)
    return tuple(int(part) for part in found.groups()) if found else (0, 0, 0)


class Compose:
    """Compose in a directory, with the values that a project's files may name."""

    def __init__(self, directory, values, name=None, files=(BASE,)):
        self.directory = directory
        self.env = environment(values)
        self.name = name
        self.files = files

    def command(self, *arguments, files=None):
        words = ["docker", "compose", "--project-directory", self.directory]
        if self.name:
            words += ["-p", self.name]
        for file in files or self.files:
            words += ["-f", os.path.join(self.directory, file)]
        return [*words, *arguments]

    def model(self, files=None, alone=False):
        """The resolved model of some of the files and what Compose warned of. `alone`: as it is written, without
        values, though it is no whole project. Raises Refused with Compose's own words."""
        how = ["--no-consistency", "--no-normalize", "--no-interpolate"] if alone else []
        done = run(self.command("config", "--format", "json", *how, files=files), env=self.env, cwd=self.directory)
        if done.code != 0:
            names = ", ".join(os.path.basename(file) for file in files or self.files)
            raise Refused(f"{names}: Compose {'.'.join(map(str, version()))} of this machine does not take it: {said(done.err)}")
        warned = [said(line) for line in done.err.splitlines() if line.strip()]
        model = json.loads(done.out)
        return (model if alone else plain(model)), warned

    def run(self, *arguments, seconds=120):
        return run(self.command(*arguments), env=self.env, seconds=seconds, cwd=self.directory)

    def follow(self, *arguments, seconds=3600):
        return follow(self.command(*arguments), env=self.env, seconds=seconds, cwd=self.directory)


def said(line):
    """What Compose says, without the dress of its log."""
    found = re.search(r'level=\w+ msg="(.*)"\s*$', line.strip(), re.DOTALL)
    return (found.group(1).replace('\\"', '"') if found else line).strip()


def by_name(name, *arguments):
    """A command for a project that runs, by its name alone."""
    return ["docker", "compose", "--ansi", "never", "-p", name, *arguments]
