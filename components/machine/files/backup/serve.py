"""The container's own program: waits for the time, or for somebody who asks, and has one run made (R36)."""

import contextlib
import fcntl
import os
import subprocess
import sys
import time

import mounted
import quiet
import state
from ground import FAILED, Stop, now, read_json, say, write_json, written
from take import take

PROGRAM = os.path.dirname(os.path.abspath(__file__))
ASKED, LOG, OUTCOME = "asked.json", "run.log", "outcome.json"
TICK = 1
# So many seconds lie between two runs that nobody asked for, though the first could not even be written down.
APART = 60
# A container that was killed more than once is started again after up to a minute.
TAKEN_UP = 90


def serve(find):
    """For as long as the container lives. `find` reads the declaration anew: a converge may change it."""
    say(f"waits: next at {written(state.next_slot(find().at, now()))}")
    last = -APART
    mounted.release(find())
    while True:
        project = find()
        project.prepare()
        wish = asked(project)
        if not wish and time.monotonic() - last >= APART and state.is_due(project):
            wish = {"by": state.SCHEDULE, "key": written(now())}
            last = time.monotonic()
        if wish:
            words = [sys.executable, "-I", "-B", PROGRAM, "now", project.slug, "--key", wish["key"], "--by", wish["by"], "--lenient", wish.get("lenient", "no")]
            subprocess.run(words, env=dict(os.environ), stdin=subprocess.DEVNULL, check=False)
            reap()
            # One that could not even begin is not begun for ever.
            drop_wish(project, wish["key"])
        elif os.path.exists(project.places.of(quiet.NOTE)) and not state.is_busy(project):
            # A run was cut off while it held something.
            with contextlib.suppress(state.Busy), state.alone(project):
                quiet.release(project)
        time.sleep(TICK)


def asked(project):
    """What somebody asked for. It stays until the run has begun, so that a container that is killed in between finds
    it again."""
    wish = read_json(project.places.of(ASKED))
    return wish if isinstance(wish, dict) and {"key", "by"} <= set(wish) else None


def drop_wish(project, key):
    if wished(project) == key:
        os.remove(project.places.of(ASKED))


def reap():
    """Ends of programs whose own parent was cut off."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def now_run(project, key, by):
    """A run, with what it says in its log. Answers its exit status."""
    try:
        with state.alone(project):
            begin_log(project, key, by)
            drop_wish(project, key)
            quiet.release(project)
            moment = now()
            state.begun(project, by, moment)
            entry = {"verdict": "failed", "why": "ended without a word"}
            try:
                entry = take(project)
            except Stop as problem:
                entry = {"verdict": "failed", "why": str(problem)}
            except Exception as problem:  # pylint: disable=broad-except
                # What nobody thought of is a failure like others: told, and tried again.
                entry = {"verdict": "failed", "why": f"{type(problem).__name__}: {problem}"}
            state.ended(project, {"at": written(moment), "by": by, **entry})
            say(told(entry))
            code = 0 if entry["verdict"] == "taken" else FAILED
            sys.stdout.flush()
            write_json(project.places.of(OUTCOME), {"key": key, "code": code})
            return code
    except state.Busy:
        return 0


def told(entry):
    if entry["verdict"] == "failed":
        return f"failed: {entry['why']}"
    return "\n".join([*([f"{entry['verdict']}: {entry['why']}"] if entry["why"] else []), f"taken: {entry['key']}, {entry['bytes']} bytes in {entry['seconds']} s"])


def begin_log(project, key, by):
    """Both for who follows and for the container's own log, where the scheduled ones are looked up."""
    path = project.places.of(LOG)
    if os.path.exists(path):
        os.replace(path, project.places.of("run.before.log"))
    log = open(path, "w", encoding="utf-8")  # pylint: disable=consider-using-with
    os.chmod(path, 0o600)
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    say(f"# {key} by {by} since {written(now())}")


def ask(project, by, is_alive, lenient=False):
    """Has the container make a run, and says its log to its end; where one is at work already, that one's. Answers its
    exit status. `is_alive`: does the container run? `lenient`: it takes what there is, however little that became."""
    project.prepare()
    # Whoever listens now: a restore goes on without.
    out = sys.stdout
    key = run_of(project, by, lenient)
    log, since = None, time.monotonic()
    while True:
        # In this order: a run has its log before it takes the wish away, and its outcome before it lets go.
        waits = wished(project) == key
        works = state.is_busy(project)
        if log is None and os.path.exists(project.places.of(LOG)):
            log = open(project.places.of(LOG), encoding="utf-8", errors="replace")  # pylint: disable=consider-using-with
            if f"# {key} " not in log.readline():
                log.close()
                log = None
        outcome = read_json(project.places.of(OUTCOME)) or {}
        if log is not None:
            while chunk := log.read(65536):
                out.write(chunk)
            out.flush()
        if outcome.get("key") == key and log is not None:
            return outcome["code"]
        if waits and time.monotonic() - since > TAKEN_UP and not works:
            os.remove(project.places.of(ASKED))
            out.write(f"failed: the container {'does not take it up' if is_alive() else 'does not run'}; see: docker logs berth-backup-{project.slug}\n")
            return FAILED
        if not waits and not works:
            out.write("failed: the run was cut off before its end; the next one begins anew\n")
            return FAILED
        time.sleep(0.2)


def wished(project):
    """The key of the run that somebody has asked for."""
    return (read_json(project.places.of(ASKED)) or {}).get("key")


def run_of(project, by, lenient):
    """The key of the run that is at work or was asked for, and of one that is asked for now where there is none. Who asks
    at the same moment gets the same."""
    with open(project.places.of("asking"), "a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return wished(project) or running_key(project) or put_wish(project, by, lenient)


def running_key(project):
    """The key of the run that is at work."""
    if not state.is_busy(project):
        return None
    try:
        with open(project.places.of(LOG), encoding="utf-8", errors="replace") as log:
            words = log.readline().split()
    except FileNotFoundError:
        return None
    key = words[1] if len(words) > 1 else None
    # What is at work may be something else, such as a restore: the log is then that of a run that has ended.
    return None if key == (read_json(project.places.of(OUTCOME)) or {}).get("key") else key


def put_wish(project, by, lenient=False):
    key = f"{written(now())}-{os.getpid()}"
    write_json(project.places.of(ASKED), {"key": key, "by": by[:100], "lenient": "yes" if lenient else "no"})
    return key
