"""The commands: each word of a command line has one meaning, whatever it looks like."""

import json
import os
import sys

import moving
import opening
import recovery
import serve
import state
from declared import all_slugs, keep_key, project_of
from ground import Failed, Misused, Stop, complain, run, say
from take import Awaits
from take import claim as begin

USAGE = """berth-backup run <project> [--by NAME]
berth-backup first <project> [--by NAME]
berth-backup status [<project>]
berth-backup key <project>
berth-backup restore | recover | empty <project> [--by NAME]
berth-backup undo | claim <project>"""
CONTAINER = "berth-backup-{}"


def split(words, valued=()):
    """Words and options of a command. An option's value is the word after it, whatever it looks like."""
    plain, options = [], {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in valued:
            if not rest:
                raise Misused(f"{word}: its value is missing\n{USAGE}")
            options[word[2:]] = rest.pop(0)
        elif word.startswith("-"):
            raise Misused(f"{word}: is no option of this command\n{USAGE}")
        else:
            plain.append(word)
    return plain, options


def one(plain):
    if len(plain) != 1:
        raise Misused(USAGE)
    return project_of(plain[0])


def run_now(words):
    plain, options = split(words, ("--by",))
    project = one(plain)
    moving.refuse(project)
    by = options.get("by") or os.environ.get("SUDO_USER") or "root"
    if not runs(project):
        raise Failed(f"{CONTAINER.format(project.slug)}: does not run; converge this machine (berth converge)")
    return serve.ask(project, by, lambda: runs(project))


def first(words):
    """Waits for the first archive."""
    plain, options = split(words, ("--by",))
    project = one(plain)
    return opening.first(project, options.get("by") or os.environ.get("SUDO_USER") or "root", lambda: runs(project))


def asked(words):
    """A project that may be changed, and who asks."""
    plain, options = split(words, ("--by",))
    moving.refuse(one(plain))
    return one(plain), options.get("by") or os.environ.get("SUDO_USER") or "root"


def restore(words):
    project, by = asked(words)
    recovery.in_place(project, by, lambda: runs(project))
    return 0


def recover(words):
    recovery.recover(*asked(words))
    return 0


def empty(words):
    recovery.empty(*asked(words))
    return 0


def undo(words):
    project = one(split(words)[0])
    moving.refuse(project)
    recovery.put_back(project)
    return 0


def claim(words):
    """Are archives there from before this machine, and its data is not here? The exit status says."""
    project = one(split(words)[0])
    try:
        with state.alone(project):
            begin(project, project.credential())
    except state.Busy:
        raise Failed("a backup is at work") from None
    except Awaits as problem:
        say(str(problem))
        return recovery.AWAITS
    return 0


def runs(project):
    return run(["docker", "inspect", "-f", "{{.State.Running}}", CONTAINER.format(project.slug)]).out.strip() == "true"


def status(words):
    plain, _ = split(words)
    if plain:
        print(json.dumps(state.about(one(plain))))
    else:
        print(json.dumps({"backups": [state.about(project_of(each)) for each in all_slugs()]}))
    return 0


def key(words):
    project = one(split(words)[0])
    changed = keep_key(project, sys.stdin.read(10_000))
    say(f"{project.slug}: the key to write archives with is {'here' if changed else 'the same as before'}")
    return 0


def wait(words):
    """The container's own program."""
    slug = one(split(words)[0]).slug
    return serve.serve(lambda: project_of(slug))


def now(words):
    """A run within the container."""
    plain, options = split(words, ("--key", "--by", "--lenient"))
    project = one(plain)
    project.lenient = options.get("lenient") == "yes"
    return serve.now_run(project, options["key"], options["by"])


COMMANDS = {
    "run": run_now,
    "first": first,
    "status": status,
    "key": key,
    "serve": wait,
    "now": now,
    "restore": restore,
    "recover": recover,
    "empty": empty,
    "undo": undo,
    "claim": claim,
}


def main(words):
    try:
        if not words or words[0] not in COMMANDS:
            raise Misused(USAGE)
        return COMMANDS[words[0]](words[1:])
    except Stop as problem:
        complain(str(problem))
        return problem.code
    except KeyboardInterrupt:
        complain("a run that was begun goes on: berth-backup status <project>")
        return 130
    except BrokenPipeError:
        return 141
