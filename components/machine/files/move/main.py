"""The commands: each word of a command line has one meaning, whatever it looks like."""

import importlib
import json
import os
import sys

import session
from ground import Failed, Misused, Refused, Stop, complain, run, say
from moves import move_of

USAGE = """berth-move survey | room | key | follow | load | lag | seal | renounce | promote | lay | fence | down | end | status <project>
berth-move offer <project> [--back]
berth-move files <project> [--check | --last]
berth-move hold <project> --seconds N
berth-move freeze <project> --seconds N [--closed]
berth-move thaw <project> [--never-promoted]
berth-move attach | return <project> [--synchronous]
berth-move takeover <project> [--look]
berth-move lock <project> --by NAME --run ID
berth-move unlock <project> --run ID
berth-move journal <project> [--put]
berth-move session"""
PROXY = "/usr/local/sbin/berth-proxy"
# What comes on standard input is a few addresses, keys and positions, or the journal of one move.
LARGEST = 1 << 24


class Verb:
    """A verb: the part that does it, loaded when it is asked for (a freeze is counted in tenths of seconds); the
    options that it takes; whether it is told something on standard input, or with which flag."""

    def __init__(self, part, name, valued=(), flags=(), told=False, alone=True):
        self.part, self.name, self.valued, self.flags, self.told, self.alone = part, name, valued, flags, told, alone

    def run(self, move, options, said):
        """The answer. Options are passed by name; `said`: what it is told, or what answers that."""
        said = {"said": judged(said)} if self.told is True or options.get(self.told) else {}
        act = getattr(importlib.import_module(self.part), self.name)
        if not self.alone:
            return act(move, **options, **said)
        with move.alone():
            return act(move, **options, **said)


VERBS = {
    "survey": Verb("survey", "survey", alone=False),
    "room": Verb("left", "make_room"),
    "key": Verb("account", "key"),
    "offer": Verb("offer", "offer", flags=("--back",), told=True),
    "follow": Verb("arrival", "follow", told=True),
    "files": Verb("passes", "files", flags=("--check", "--last")),
    "lag": Verb("following", "lag", alone=False),
    "hold": Verb("freezing", "hold", valued=("--seconds",)),
    "freeze": Verb("freezing", "freeze", valued=("--seconds",), flags=("--closed",)),
    "load": Verb("taking", "load", told=True),
    "seal": Verb("freezing", "seal"),
    "thaw": Verb("freezing", "thaw", flags=("--never-promoted",)),
    "renounce": Verb("promote", "renounce"),
    "promote": Verb("promote", "promote", told=True),
    "lay": Verb("standby", "lay_back", told=True),
    "attach": Verb("standby", "attach", flags=("--synchronous",), told=True),
    "return": Verb("standby", "follow_back", flags=("--synchronous",), told=True),
    "takeover": Verb("lost", "takeover", flags=("--look",), told=True),
    "fence": Verb("lost", "fence_off", told=True),
    "down": Verb("ending", "down"),
    "end": Verb("ending", "end"),
    "status": Verb("moves", "status", alone=False),
    # The command holds its lease while another verb works for hours.
    "lock": Verb("lease", "lock", valued=("--by", "--run"), alone=False),
    "unlock": Verb("lease", "unlock", valued=("--run",), alone=False),
    "journal": Verb("journal", "journal", flags=("--put",), told="put", alone=False),
}


def split(words, verb):
    """The project and the options of a command, which become the names of arguments."""
    plain, options = [], {name[2:].replace("-", "_"): False for name in verb.flags}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in verb.valued:
            if not rest:
                raise Misused(f"{word}: its value is missing\n{USAGE}")
            options[word[2:].replace("-", "_")] = rest.pop(0)
        elif word in verb.flags:
            options[word[2:].replace("-", "_")] = True
        elif word.startswith("-"):
            raise Misused(f"{word}: is no option of this command\n{USAGE}")
        else:
            plain.append(word)
    missing = [name for name in verb.valued if name[2:] not in options]
    if len(plain) != 1 or missing:
        raise Misused(USAGE)
    return plain[0], options


def read():
    """What comes on standard input, where that is JSON."""
    try:
        return json.loads(sys.stdin.read(LARGEST))
    except ValueError:
        return None


def judged(said):
    said = said() if callable(said) else said
    if not isinstance(said, dict):
        raise Refused("on standard input comes a JSON object")
    return said


def of_proxy(words, said):
    """What the proxy's own program answers, where that is JSON. It is told nothing."""
    del said
    done = run([PROXY, *words], seconds=300)
    if done.code != 0:
        problem = Failed(done.last(1))
        problem.code = done.code
        raise problem
    for line in done.out.splitlines()[:-1]:
        say(line)
    try:
        return json.loads(done.out.splitlines()[-1])
    except (IndexError, ValueError):
        return None


def answered(words, said):
    """The answer of a verb."""
    if not words or words[0] not in VERBS:
        raise Misused(USAGE)
    verb = VERBS[words[0]]
    slug, options = split(words[1:], verb)
    return verb.run(move_of(slug), options, said)


def main(words):
    if words and words[0] in INNER:
        return inner(words)
    try:
        if os.geteuid() != 0:
            raise Refused("is run as root alone")
        if words == ["session"]:
            session.serve({"move": answered, "proxy": of_proxy})
            return 0
        print(json.dumps(answered(words, read), sort_keys=True), flush=True)
        return 0
    except Stop as problem:
        # One who is refused may be told why in the form of an answer too.
        if getattr(problem, "answer", None) is not None:
            print(json.dumps(problem.answer, sort_keys=True), flush=True)
        complain(str(problem))
        return problem.code
    except BrokenPipeError:
        return 141


# What units of this program's own run: not for people.
INNER = {
    "tunnel": ("tunnel", "hold_open"),
    "relay": ("relay", "serve"),
    "watch": ("watchdog", "watch"),
    "guard": ("guard", "watch"),
    "give": ("giving", "serve"),
}


def inner(words):
    part, name = INNER[words[0]]
    try:
        getattr(importlib.import_module(part), name)(*words[1:])
        return 0
    except Stop as problem:
        say(f"failed: {problem}")
        return problem.code
