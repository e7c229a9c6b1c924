"""The commands: each word of a command line has one meaning, whatever it looks like."""

import json
import os
import sys

import jobs
import look
import lint
import moving
import secret_values
import tested
from declared import site_of
from deliver import Wish
from detached import begin, follow, now, running
from ground import Misused, Refused, Stop, complain, say
from history import current, delivered, way_back
from reading import facts_without_values
from repository import COMMIT, KeyRefused, Repository, deploy_key
from resume import resume

USAGE = """berth-site deploy <project> [--ref REF] [--by NAME] [--reason TEXT] [--first | --beside | --serves]
berth-site watch | refresh [--by NAME] | rollback [--to COMMIT] [--by NAME] | resume | key | secrets <project>
berth-site logs <project> [SERVICE] [--tail N] [--follow]
berth-site exec <project> <service> -- COMMAND...
berth-site status [<project>]
berth-site lint <directory> --env ENV [--json]"""


# Why production gets a first commit of which no job on Jenkins tells.
UNTESTED = "first delivery"


def split(words, valued=(), flags=()):
    """Words and options of a command. An option's value is the word after it, whatever it looks like."""
    plain, options = [], {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in valued:
            if not rest:
                raise Misused(f"{word}: its value is missing\n{USAGE}")
            options[word[2:]] = rest.pop(0)
        elif word in flags:
            options[word[2:]] = True
        elif word.startswith("-") and word != "-":
            raise Misused(f"{word}: is no option of this command\n{USAGE}")
        else:
            plain.append(word)
    return plain, options


def site_and(plain, most=1):
    if not 1 <= len(plain) <= most:
        raise Misused(USAGE)
    return site_of(plain[0])


def deploy(words):
    plain, options = split(words, ("--ref", "--by", "--reason"), ("--first", "--beside", "--serves"))
    site = site_and(plain)
    ref = options.get("ref", "")
    if ref == "-":
        ref = sys.stdin.read(300).strip()
    if options.get("first"):
        return first(site, ref, options.get("by", ""))
    places = [each for each in ("beside", "serves") if options.get(each)]
    if len(places) > 1:
        raise Misused(f"--beside or --serves, not both\n{USAGE}")
    return asked_for(site, ref, options.get("by", ""), options.get("reason", ""), *places)


def asked_for(site, ref, by, reason="", place=""):
    """Starts a delivery."""
    Repository(site).check(ref)
    return begin(site, ["--ref", ref, "--by", by or caller(), "--reason", reason, "--place", place])


def first(site, ref, by):
    """The first delivery of a new machine. Where something runs or is on its way already, nothing."""
    if current(site):
        say(f"{site.slug}: {current(site)['commit'][:12]} runs; nothing is changed")
        return 0
    if running(site):
        return follow(site)
    repository = Repository(site)
    try:
        repository.prepare()
        repository.fetch()
    except KeyRefused as problem:
        say(f"{site.slug}: is not delivered yet: {problem}")
        say("register this key at the repository, for reading alone (GitHub: Settings, Deploy keys):")
        say(f"  {deploy_key(site)}")
        say(f"then: berth deploy {site.slug}{'' if site.tested is None else ' --reason ' + repr(UNTESTED)}")
        return 0
    # A commit that another machine says it runs: it was let into production there, and is served there as yet.
    before = bool(COMMIT.fullmatch(ref))
    reason = "it ran on the machine before this one" if before else ""
    if site.tested is False and not reason:
        # Nobody runs a job for it: what a new machine serves first is its owner's own wish.
        reason = UNTESTED
    if site.tested and not reason:
        commit = repository.resolve(ref or site.branch)
        for problem in tested.missing(site, commit):
            say(f"{site.slug}: is not delivered yet: {commit[:12]} {problem}")
            return 0
    return asked_for(site, ref, by, reason, "beside" if before else "")


def rollback(words):
    plain, options = split(words, ("--to", "--by"))
    site = site_and(plain)
    now_runs = current(site)
    if not now_runs:
        raise Refused(f"{site.slug}: nothing was delivered here yet")
    runs = now_runs["commit"]
    earlier = [each for each in delivered(site) if each != (runs, now_runs.get("build", 0))]
    to = options.get("to")
    found = way_back(site) if to is None else [each for each in earlier if len(to) >= 7 and each[0].startswith(to)]
    if not found:
        there = ", ".join(dict.fromkeys(commit[:12] for commit, _ in earlier)) or "none"
        if to is None:
            left = f"; what was gone back from: --to one of {there}" if earlier else ""
            raise Refused(f"{site.slug}: nothing ran here before {runs[:12]}{left}")
        raise Refused(f"{site.slug}: {to} did not run here before {runs[:12]}; these did: {there}")
    commit, build = found[0]
    return begin(site, ["--action", "rollback", "--ref", commit, "--build", str(build), "--by", options.get("by") or caller()])


def refresh(words):
    """Builds what runs anew, on the newest of the images that it is built on."""
    plain, options = split(words, ("--by",))
    site = site_and(plain)
    runs = current(site)
    if not runs:
        raise Refused(f"{site.slug}: nothing was delivered here yet")
    return begin(site, ["--action", "refresh", "--ref", runs["commit"], "--by", options.get("by") or caller()])


def caller():
    return os.environ.get("SUDO_USER") or "root"


def deliver_now(words):
    plain, options = split(words, ("--key", "--ref", "--by", "--reason", "--action", "--place", "--build"))
    site = site_and(plain)
    asked = {name: options[name] for name in ("action", "ref", "by", "reason", "place", "build") if name in options}
    return now(site, options["key"], Wish(**asked))


def watch(words):
    return follow(site_and(split(words)[0]))


def logs(words):
    plain, options = split(words, ("--tail",), ("--follow",))
    site = site_and(plain, 2)
    tail = options.get("tail", "200")
    if not tail.isdigit():
        raise Refused(f"--tail {tail}: is no number of lines")
    return look.logs(site, plain[1] if len(plain) > 1 else None, int(tail), options.get("follow", False))


def execute(words):
    if "--" not in words or words.index("--") != 2 or len(words) < 4:
        raise Misused(USAGE)
    return look.execute(site_of(words[0]), words[1], words[3:])


def take_secrets(words):
    site = site_and(split(words)[0])
    changes = secret_values.keep(site, sys.stdin.read())
    told = [f"{kind}: {', '.join(names)}" for kind, names in changes.items() if names]
    when = "takes effect with the next delivery" if current(site) else "is there for the first delivery"
    say(f"{site.slug}: {'; '.join(told)}; it {when}" if told else f"{site.slug}: the same secrets as before")
    return 0


def status(words):
    plain, _ = split(words)
    return look.status(plain[0] if plain else None)


def go_on(words):
    return resume(site_and(split(words)[0]))


def key(words):
    say(deploy_key(site_and(split(words)[0])))
    return 0


def job(words):
    plain, _ = split(words)
    site = site_and(plain, 2)
    what, ref = jobs.wanted(os.environ.get("SSH_ORIGINAL_COMMAND", ""))
    if what == "watch":
        return follow(site)
    if what == "passed":
        tested.keep(site, plain[1] if len(plain) > 1 else "", ref)
        say(f"{site.slug}: {ref[:12]} passed its tests, and production takes it")
        return 0
    moving.wait(site)
    return asked_for(site, ref, f"job {plain[1]}" if len(plain) > 1 else "job")


def known_facts(env, said):
    """Facts that were read before, elsewhere."""
    for name in ("files", "overlap", "workers", "warned", "compose"):
        if said.get(name) is not None:
            said[name] = tuple(said[name])
    if said.get("tracked") is not None:
        said["tracked"] = set(said["tracked"])
    return lint.Facts(env=env, **said)


def judge_directory(words):
    """The lint of any directory. `--facts` prints what was read of it, from which `--of-facts` judges where there
    is no Compose."""
    plain, options = split(words, ("--env",), ("--json", "--facts", "--of-facts"))
    if len(plain) != 1 or "env" not in options:
        raise Misused(USAGE)
    if options.get("of-facts"):
        if plain != ["-"]:
            raise Misused("facts are read from standard input: lint - --of-facts")
        facts = known_facts(options["env"], json.load(sys.stdin))
    else:
        facts = facts_without_values(plain[0], options["env"])
    if options.get("facts"):
        print(json.dumps({name: getattr(facts, name) for name in ("tree", "base", "full", "parts", "texts")}, indent=1, sort_keys=True))
        return 0
    problems, web = lint.judge(facts)
    if options.get("json"):
        said = [{"kind": "refused" if each.refused else "warning", "place": each.place, "text": each.text} for each in problems]
        print(json.dumps({"problems": said, "web": web and {"service": web["service"], "target": web["target"]}}))
    else:
        for each in problems:
            say(str(each))
    return Refused.code if any(each.refused for each in problems) else 0


COMMANDS = {
    "deploy": deploy,
    "watch": watch,
    "rollback": rollback,
    "refresh": refresh,
    "logs": logs,
    "exec": execute,
    "secrets": take_secrets,
    "key": key,
    "status": status,
    "resume": go_on,
    "job": job,
    "now": deliver_now,
    "lint": judge_directory,
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
        complain("a delivery that was begun goes on: berth-site watch <project>")
        return 130
    except BrokenPipeError:
        return 141
