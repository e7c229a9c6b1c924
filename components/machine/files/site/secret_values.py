"""Secrets of a project: kept by root, and given to the project byte for byte in every way that it may ask for."""

import json
import os
import re
import tempfile

from compose import plain
from ground import Refused, acting_as, environment, read_json, run, write

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What Docker, Compose and the loader read themselves.
RESERVED = re.compile(r"(PATH|HOME|SHELL|USER|IFS|LC_.*|LANG|LD_.*|DOCKER_.*|COMPOSE_.*|BUILDKIT_.*|BUILDX_.*|GIT_.*)")
HEADER = "# Written by berth-site from the stack's secrets; changes are undone by the next delivery.\n"


def kept(site):
    """The values, by name."""
    return read_json(site.places.of("secrets.json"), {})


def keep(site, text):
    """Takes a JSON object of values in the place of those that were there. Answers the names that came, changed
    and went. Refuses by name what no environment variable can hold."""
    try:
        values = json.loads(text)
    except ValueError:
        raise Refused("standard input is no JSON object of names and values") from None
    if not isinstance(values, dict):
        raise Refused("standard input is no JSON object of names and values")
    problems = []
    for name, value in values.items():
        if not NAME.fullmatch(name) or RESERVED.fullmatch(name):
            problems.append(f"{name!r}: no secret can have this name; choose one of letters, digits and _")
        elif not isinstance(value, str) or "\0" in value:
            problems.append(f"{name}: its value is no text, or holds a NUL character")
        elif not encodes(value):
            problems.append(f"{name}: its value is not UTF-8; encode it (base64)")
    if problems:
        raise Refused("\n".join(problems))
    site.prepare()
    before = kept(site)
    write(site.places.of("secrets.json"), json.dumps(values, sort_keys=True))
    return {
        "added": sorted(values.keys() - before.keys()),
        "changed": sorted(name for name in values.keys() & before.keys() if values[name] != before[name]),
        "removed": sorted(before.keys() - values.keys()),
    }


def encodes(value):
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def line_of(name, value):
    """A line of an environment file that Compose reads back as exactly this. Single quotes where they can: what
    stands in them is read as it is by every Compose; double quotes with everything escaped elsewhere."""
    if "'" not in value and not value.endswith("\\"):
        return f"{name}='{value}'\n"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'{name}="{escaped}"\n'


def file_text(values):
    return HEADER + "".join(line_of(name, values[name]) for name in sorted(values))


def not_carried(values):
    """Names whose values this machine's Compose does not read back from an environment file."""
    if not values:
        return []
    with tempfile.TemporaryDirectory() as place:
        probe = os.path.join(place, "probe.yml")
        bad = []
        # Together, which is the usual case; one by one to find which.
        for names in [sorted(values), *([name] for name in sorted(values))]:
            write(os.path.join(place, "values"), file_text({name: values[name] for name in names}))
            write(probe, json.dumps({"services": {"probe": {"image": "probe", "env_file": ["values"]}}}))
            command = ["docker", "compose", "--project-directory", place, "-p", "probe", "-f", probe, "config", "--format", "json"]
            done = run(command, env=environment(), cwd=place)
            read = {}
            if done.code == 0:
                read = plain(json.loads(done.out))["services"]["probe"].get("environment") or {}
            if all(read.get(name) == values[name] for name in names):
                if len(names) > 1 or len(values) == 1:
                    return bad
            elif len(names) == 1:
                bad.append(names[0])
        return bad


def names_in(path):
    """Names that an environment file sets, as far as a line tells."""
    with open(path, encoding="utf-8", errors="replace") as file:
        found = (re.match(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*[=:]", line) for line in file)
        return {each.group(1) for each in found if each}


def hand_made(site, values):
    """Names that an environment file in the checkout sets, which a person wrote, and nobody declared."""
    path = os.path.join(site.places.tree, ".env")
    if not values or not os.path.isfile(path) or written_here(path):
        return []
    return sorted(names_in(path) - values.keys())


def written_here(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read(len(HEADER)) == HEADER


def lay(site, directory, values, owner):
    """`.env` and a file a secret in a directory. What a person wrote there before is kept in the state."""
    if not values:
        return
    path = os.path.join(directory, ".env")
    before = None
    with acting_as(owner):
        if os.path.isfile(path) and not written_here(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                before = file.read()
    if before is not None:
        write(site.places.of("env.before"), before)
    with acting_as(owner):
        if os.path.islink(path):
            os.remove(path)
        write(path, file_text(values), 0o600)
        folder = os.path.join(directory, "secrets")
        if not os.path.isdir(folder):
            os.mkdir(folder)
        # Containers of any user read the files that are mounted for them; on the machine nobody gets to them.
        os.chmod(folder, 0o700)
        for name, value in values.items():
            lay_file(os.path.join(folder, name), value)


def lay_file(path, value):
    """Written anew only where it differs: a mount of it shows the file that was there."""
    if os.path.isfile(path) and not os.path.islink(path):
        with open(path, "rb") as file:
            if file.read() == value.encode():
                return
    write(path, value, 0o444)
