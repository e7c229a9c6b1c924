"""Reads a directory of a project's files as Compose does, for the lint."""

import os
import re
import shutil
import tempfile

from compose import BASE, Compose, file_of, version
from ground import Refused
from lint import Facts

PART = re.compile(r"dc\.([a-z0-9]+)\.yml")


def texts_of(directory):
    """What the lint reads itself: Compose files, Dockerfiles and the like, by path."""
    found = {}
    for folder, folders, files in os.walk(directory):
        folders[:] = [each for each in folders if each not in (".git", "node_modules", "vendor")]
        if os.path.relpath(folder, directory).count(os.sep) > 3:
            folders[:] = []
        for name in files:
            path = os.path.join(folder, name)
            if re.search(r"\.ya?ml$|dockerfile", name, re.IGNORECASE) and os.path.getsize(path) < 200_000:
                with open(path, encoding="utf-8", errors="replace") as file:
                    found[os.path.relpath(path, directory)] = file.read()
    return found


def facts_of(directory, env, values, tree=None, **known):
    """The facts about a directory. `tree`: where it will lie when it runs. Refuses what cannot be read."""
    for name in [BASE, file_of(env)]:
        if not os.path.isfile(os.path.join(directory, name)):
            there = ", ".join(sorted(each for each in os.listdir(directory) if re.search(r"^(dc\.|(docker-)?compose).*\.ya?ml$", each)))
            raise Refused(f"{name}: is not in the repository (there: {there or 'no Compose file'}); add it (R43)")
        # Compose reads as root, and what it says of a file tells what is in it.
        if tree and os.path.islink(os.path.join(directory, name)):
            raise Refused(f"{name}: is a link; a repository's own file is read, so commit it in the link's place (R43)")
    compose = Compose(directory, values)
    base, _ = compose.model([BASE])
    full, warned = compose.model([BASE, file_of(env)])
    parts = {}
    for name in sorted(os.listdir(directory)):
        found = PART.fullmatch(name)
        if not found:
            continue
        try:
            parts[found.group(1)], _ = compose.model([name], alone=True)
        except Refused:
            # What it refuses of a file alone is no reason to refuse the whole.
            continue
    there = os.path.realpath(directory)
    facts = Facts(
        env=env,
        tree=tree or there,
        base=moved(base, directory, tree or there),
        full=moved(full, directory, tree or there),
        parts=moved(parts, directory, tree or there),
        texts=texts_of(directory),
        compose=version(),
        warned=tuple(sorted({each for each in warned if "version` is obsolete" not in each})),
    )
    for name, value in known.items():
        setattr(facts, name, value)
    return facts


def moved(value, old, new):
    """A model as if the directory lay elsewhere."""
    if isinstance(value, str):
        return new + value[len(old) :] if value == old or value.startswith(old + "/") else value
    if isinstance(value, list):
        return [moved(each, old, new) for each in value]
    if isinstance(value, dict):
        return {key: moved(each, old, new) for key, each in value.items()}
    return value


def facts_without_values(directory, env):
    """The same for any directory, of which no values are known: what the files ask for is made up."""
    directory = os.path.realpath(directory)
    with tempfile.TemporaryDirectory() as place:
        slug = re.sub(r"[^a-z0-9_-]", "", os.path.basename(directory).lower()) or "project"
        copy = os.path.join(place, slug)
        os.mkdir(copy)
        for name in os.listdir(directory):
            source = os.path.join(directory, name)
            if re.search(r"\.ya?ml$", name) and os.path.isfile(source):
                shutil.copy(source, copy)
            else:
                os.symlink(source, os.path.join(copy, name))
        values = {}
        for _ in range(50):
            try:
                facts = facts_of(copy, env, values, directory)
                facts.texts = texts_of(directory)
                facts.warned = tuple(each for each in facts.warned if "variable is not set" not in each)
                return facts
            except Refused as problem:
                if not made_up(str(problem), copy, values):
                    raise
        raise Refused(f"{directory}: asks for more values than can be made up")


def made_up(problem, directory, values):
    """Gives what Compose said is lacking: a value or an environment file. False where it was neither."""
    missing = re.search(r"required variable (\w+) is missing", problem)
    if missing and missing.group(1) not in values:
        values[missing.group(1)] = "made-up"
        return True
    file = re.search(r"env file (\S+) not found", problem)
    if file and file.group(1).startswith(directory + "/") and not os.path.exists(file.group(1)):
        folder = os.path.dirname(file.group(1))
        if not os.path.isdir(folder):
            os.makedirs(folder)
        elif os.path.islink(folder):
            return False
        with open(file.group(1), "w", encoding="utf-8"):
            return True
    return False
