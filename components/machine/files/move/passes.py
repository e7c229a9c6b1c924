"""Passes over a project's trees of files: the machine that it comes to becomes as the one that it leaves, by rsync in a
container that can write those trees and nothing else."""

import json
import os
import re
import time

import engine
import ports
import trees
import tunnel
from ground import Failed, Refused, run, say, write
from source import image

KEPT, MADE = "passes.json", "receiver.json"
CONTAINER = "berth-receive-{}"
# Names of each kind that an answer holds.
NAMED = 20
# One container for all passes, and one program in it for a whole pass: starting them is what a small pass takes longest
# for, and visitors wait for the last one. A pass whose own command was cut off goes on in there, until the next one ends
# it. Times are compared to the nanosecond: what was written twice within a second, at one size, is found by nothing else.
# Before anything is deleted the other side is looked through: a disk that came up empty must not empty its copy, and
# where nothing differs that was all.
SCRIPT = r"""
port=$1 mode=$2
shift 2
for each in /proc/[0-9]*; do
  if [ "$(<"$each/comm")" = rsync ]; then kill -KILL "${each#/proc/}"; fi
done 2>/dev/null
what=(-rlptgoHAX --modify-window=-1 --numeric-ids --delete --password-file=/move/secret --contimeout=10 --timeout=120)
pull() { RSYNC_PROXY='' rsync "${what[@]}" "$@" "rsync://berth-move@127.0.0.1:$port/$name/" "/trees/$name/" 2>&1; }
tree() {
  name=$1 least=$2 aside=$3 map=$4 more=()
  if [ "$map" != - ]; then more+=("--usermap=${map%%,*}" "--groupmap=${map#*,}"); fi
  printf 'tree %s\n' "$name"
  if [ "$least" -gt 0 ]; then
    said=$(pull "${more[@]}" -n --stats --out-format='~ %i %n')
    status=$?
    # No here-string: a long one is a file for a moment, and nothing here can be written.
    there=$(printf '%s\n' "$said" | sed -n 's/^Number of files: \([0-9,]*\).*/\1/p')
    there=${there//,/}
    if [ $status != 0 ] && [ $status != 24 ]; then
      printf '%s\nended %s\n' "$said" "$status"
      return
    elif [[ ! $there =~ ^[0-9]+$ ]]; then
      # Nothing is deleted by a look that did not say how much is there.
      printf '%s\nrsync did not say how many files there are\nended 1\n' "$said"
      return
    elif [ "$there" -lt "$least" ]; then
      printf 'short %s\n' "$there"
      return
    elif [ $status = 0 ] && [ "$mode" != check ] && [[ $said != *$'\n~ '* && $said != '~ '* ]]; then
      printf '%s\nended 0\nlooked 0\n' "$said"
      return
    fi
  fi
  if [ "$aside" = yes ]; then more+=(--backup "--backup-dir=/aside/$name"); fi
  if [ "$mode" = check ]; then more+=(--checksum); fi
  pull "${more[@]}" --stats --out-format='= %i %n'
  printf 'ended %s\n' $?
  if [ "$mode" = last ]; then
    pull "${more[@]}" -n --out-format='~ %i %n'
    printf 'looked %s\n' $?
  fi
}
# In the freeze all at once; before it the disks serve visitors too.
under=()
while [ $# -gt 0 ]; do
  if [ "$mode" = last ]; then
    exec {from}< <(tree "$@")
    under+=("$from")
  else tree "$@"; fi
  shift 4
done
for from in "${under[@]}"; do cat <&"$from"; done
"""


def files(move, check, last):
    """One pass. Answers {trees: [{name, entries, bytes, changed, seconds, vanished, skipped, differed}]}. `check`:
    every byte is read on both sides; `last`: nobody writes any more, so that nothing may vanish, and both sides are
    compared behind it."""
    if check and last:
        raise Refused("--check reads every byte, and visitors wait for the last pass: one of them")
    began = time.monotonic()
    kept = move.kept(KEPT, {})
    if last and move.phase()["phase"] == "promoted" and "last" in kept:
        return kept["last"]
    told = ready(move)
    wanted = told["files"]["names"]
    entries = kept.get("entries", {})
    here = trees_here(move, wanted, kept)
    port = port_of(move, told)
    receiver(move, told, here)
    words = ["docker", "exec", CONTAINER.format(move.slug), "/bin/bash", "-c", SCRIPT, "pass", str(port), "check" if check else "last" if last else "pass"]
    done = run([*words, *(part for tree in here for part in asked(move, told, tree, entries))], seconds=7 * 24 * 3600)
    answers = [judged(each, entries.get(each["name"]), last) for each in parsed(done.out)]
    seconds = round(time.monotonic() - began, 2)
    entries = {**entries, **{each["name"]: each["entries"] for each in answers if not each["wrong"]}}
    move.keep(KEPT, {"entries": entries, "here": here, "commit": move.delivered()["commit"]})
    wrong = [line for each in answers for line in each.pop("wrong")]
    for each in answers:
        say(f"files {each['name']}: {each['entries']} entries, {each['changed']} changed")
    if {each["name"] for each in answers} != set(wanted):
        wrong.append(f"the pass was cut off: {done.last()}")
    if wrong:
        raise Failed("\n".join(wrong))
    answer = {"trees": [{**each, "seconds": seconds} for each in answers]}
    if last:
        # Who asks again once this machine serves is told what it was.
        move.keep(KEPT, {**move.kept(KEPT), "last": answer})
    return answer


def ready(move):
    """What the other machine offered. Refuses where this one does not follow it."""
    told = move.kept("offer.json")
    phase = move.phase()["phase"]
    if not told or phase != "following":
        raise Refused(f"{move.slug}: files come to a machine that follows another one; this one is {phase}: berth-move follow {move.slug}")
    return told


def trees_here(move, wanted, kept):
    """Where the same trees are on this machine. Refuses where one is not: its files would have no place. Docker is asked
    once for each version that is delivered."""
    if kept.get("commit") == move.delivered()["commit"] and [each["name"] for each in kept["here"]] == wanted:
        return kept["here"]
    found = {each["name"]: each for each in trees.trees_of(move)[0]}
    for name in wanted:
        if name not in found:
            raise Refused(f"files {name}: the version that was delivered here mounts nothing of this name; deliver the commit that the other machine runs")
        if not os.path.isdir(found[name]["place"]):
            raise Refused(f"{found[name]['place']}: is no directory here")
    return [found[name] for name in wanted]


def receiver(move, told, here):
    """Has the container run that takes files in. The password is where it reads it: neither a command line nor an
    environment holds it."""
    name = CONTAINER.format(move.slug)
    limits = ["--network", "host", "--userns", "host", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pull", "never"]
    # What giving files their owners, modes, names and attributes takes; no device can be made with these.
    limits += [part for each in ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETFCAP") for part in ("--cap-add", each)]
    mounts = ["-v", f"{move.of('receive')}:/move:ro", "-v", f"{move.of('aside')}:/aside"]
    mounts += [part for each in here for part in ("-v", f"{each['place']}:/trees/{each['name']}")]
    words = ["docker", "run", "-d", "--name", name, "--label", f"berth.move={move.slug}", *limits, *mounts]
    words += [image(), "/usr/bin/sleep", "infinity"]
    for folder in ("receive", "aside"):
        os.makedirs(move.of(folder), mode=0o700, exist_ok=True)
    secret = f"{told['files']['password']}\n"
    made = json.dumps([words, secret])
    if move.kept(MADE) == made and (engine.container(name) or {}).get("State", {}).get("Running"):
        return
    write(os.path.join(move.of("receive"), "secret"), secret)
    run(["docker", "rm", "--force", name])
    done = run(words)
    if done.code != 0:
        raise Failed(f"{name} does not start: {done.last(3)}")
    move.keep(MADE, made)


def asked(move, told, tree, entries):
    """What a pass is told of one tree. What lay in it before the first pass is put aside, not deleted."""
    first = tree["name"] not in entries
    return tree["name"], str(least(entries.get(tree["name"]), move.shrink)), "yes" if first else "no", mapped(move, told, tree)


def port_of(move, told):
    """This machine's end of the tunnel to the files' server."""
    own = ports.port_of(move, "files of the other machine")
    tunnel.ensure(move, told["peer"], [{"bind": "127.0.0.1", "listen": own, "port": told["files"]["port"]}])
    return own


def least(before, shrink):
    """How many entries there must be, the directory itself among them, for a pass that may delete; 0: any number."""
    if not before or before < 2 or shrink == 0:
        return 0
    return max(2, int(before * shrink))


def mapped(move, told, tree):
    """What lies in the checkout is this machine's account's, where it was the other one's."""
    there, own = told["files"]["owner"], trees.owner(move)
    return f"{there['uid']}:{own['uid']},{there['gid']}:{own['gid']}" if tree["owned"] and there != own else "-"


def parsed(text):
    """What the container said, by tree. File names are escaped, so that no line is one's of them alone."""
    found = []
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "tree":
            found.append({"name": rest, "changes": [], "left": [], "said": [], "short": None, "ended": None, "looked": None})
        elif not found:
            continue
        elif word == "=":
            found[-1]["changes"].append(rest)
        elif word == "~":
            found[-1]["left"].append(rest)
        elif word in ("short", "ended", "looked") and rest.isdigit():
            found[-1][word] = int(rest)
        else:
            found[-1]["said"].append(line)
    return found


VANISHED = re.compile(r'^file has vanished: "(.*?)"')
SKIPPED = re.compile(r'^skipping non-regular file "(.*)"$')


def judged(tree, before, last):
    """A tree's part of the answer; `wrong`: why the pass does not count, empty where it does."""
    name, said = tree["name"], "\n".join(tree["said"])
    vanished = [found.group(1) for line in tree["said"] if (found := VANISHED.match(line))]
    answer = {
        "name": name,
        "entries": number(said, r"Number of files: ([0-9,]+)"),
        "bytes": number(said, r"Total file size: ([0-9,]+)"),
        "changed": len([each for each in tree["changes"] if not each.startswith(".d")]),
        "vanished": vanished[:NAMED],
        "skipped": [found.group(1) for line in tree["said"] if (found := SKIPPED.match(line))][:NAMED],
        # The same size and time, and other content: nothing but reading every byte finds it.
        "differed": [each.split(" ", 1)[1] for each in tree["changes"] if re.match(r"[<>]fc\.\.", each)][:NAMED],
        "wrong": [],
    }
    wrong = answer["wrong"]
    if tree["short"] is not None:
        wrong.append(
            f"files {name}: {tree['short']} entries are left of {before} on the machine that serves, nothing was deleted here; is its disk mounted? "
            "Where that is right, say so: backup.mayShrinkTo: 0"
        )
    elif tree["ended"] == 24 and last:
        wrong.append(f"files {name}: vanished while nobody should write: {', '.join(vanished[:NAMED])}; something still does")
    elif tree["ended"] not in (0, 24):
        errors = [line for line in tree["said"] if line.startswith(("rsync", "@ERROR", f"{name}"))]
        wrong.append(f"files {name}: not all of it could be read or written ({tree['ended']}): {'; '.join(errors[:NAMED]) or 'rsync says nothing more'}")
    if last and not wrong:
        if tree["looked"] != 0:
            wrong.append(f"files {name}: the sides could not be compared behind the last pass ({tree['looked']})")
        elif tree["left"]:
            wrong.append(f"files {name}: differ behind the last pass: {', '.join(each.split(' ', 1)[1] for each in tree['left'][:NAMED])}; something still writes")
    return answer


def number(text, pattern):
    found = re.search(pattern, text)
    return int(found.group(1).replace(",", "")) if found else 0


def gone(move):
    """What passes have kept here goes; the trees stay."""
    run(["docker", "rm", "--force", CONTAINER.format(move.slug)])
    run(["rm", "-rf", "--one-file-system", move.of("receive"), move.of("aside")])
    move.drop(KEPT, MADE, "offer.json")
