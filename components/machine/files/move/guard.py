"""On the machine that serves by now: a commit is acknowledged once the other machine has it too, for as long as that
one keeps up. Where it does not, what waits goes on after a stated delay, and what the other machine lacks from then on
is bounded by what it received last."""

import json
import subprocess
import time

import units
from ground import Failed, environment, say
from login import LOGIN
from moves import move_of
from server import ROLE, SYNCHRONOUS, servers

FILE = "guard.json"
# Seconds that commits wait for a machine that does not answer, before they go on without it.
DELAY = 2
# Bytes that one may lack which is waited for again.
NEAR = 1 << 20
LOOK = f"""SELECT pg_catalog.json_build_object('names', current_setting('synchronous_standby_names'),
  'streaming', (SELECT count(*) FROM pg_catalog.pg_stat_replication WHERE application_name = '{SYNCHRONOUS}' AND state = 'streaming'),
  'behind', (SELECT min(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), flush_lsn)) FROM pg_catalog.pg_stat_replication
    WHERE application_name = '{SYNCHRONOUS}'),
  'silent', (SELECT extract(epoch FROM clock_timestamp() - max(reply_time)) FROM pg_catalog.pg_stat_replication WHERE application_name = '{SYNCHRONOUS}'),
  'waiting', (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE wait_event = 'SyncRep'));"""


def prepare(move):
    """Before it is needed: the service is there, and not begun."""
    units.lay(move, "guard")


def begin(move):
    """From now on, also after a restart of the machine."""
    move.keep(FILE, {"delay": DELAY})
    units.ensure(move, "guard", False)


def end(move):
    """Nobody is waited for any more."""
    units.gone(move, "guard")
    for server in servers(move).values():
        if server.container.status == "running" and server.ask("SHOW synchronous_standby_names") == SYNCHRONOUS:
            server.ask("ALTER SYSTEM RESET synchronous_standby_names")
            server.ask("SELECT pg_catalog.pg_reload_conf()")
    move.drop(FILE)


def watch(slug):
    """One look after another; a server that is down is looked for until it is back."""
    move = move_of(slug)
    sessions = {}
    while move.kept(FILE):
        for service in list(sessions):
            try:
                sessions[service].look()
            except Failed:
                sessions.pop(service).close()
        if not sessions or set(sessions) != set(move.kept("servers.json", {})):
            sessions = opened(move, sessions)
        time.sleep(0.25)


def opened(move, sessions):
    try:
        found = servers(move)
    except Failed:
        return sessions
    for service, server in found.items():
        if service not in sessions and server.container.status == "running":
            sessions[service] = Session(server)
    time.sleep(2)
    return sessions


class Session:
    """One server, looked at through one session: a new one for each look would be most of what the machine does."""

    def __init__(self, server):
        self.service, self.seen = server.service, time.monotonic()
        words = server.container.words(
            f"{LOGIN}export PGAPPNAME={ROLE}; exec psql -XqAt -v ON_ERROR_STOP=1", {"PGDATABASE": server.known["home"]}, server.known["user"], interactive=True
        )
        # Ended by close().
        self.child = subprocess.Popen(  # pylint: disable=consider-using-with
            words, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", text=True
        )

    def say(self, script):
        try:
            self.child.stdin.write(script)
            self.child.stdin.flush()
        except (BrokenPipeError, ValueError):
            raise Failed("the session ended") from None

    def look(self):
        self.say(f"{LOOK}\n")
        line = self.child.stdout.readline()
        if not line:
            raise Failed("the session ended")
        told = json.loads(line)
        silent = told["waiting"] and (told["silent"] or 0) > DELAY
        if told["streaming"] and not silent:
            self.seen = time.monotonic()
        if told["names"] == SYNCHRONOUS and (silent or time.monotonic() - self.seen > DELAY):
            self.wait_for("")
            say(f"{self.service}: the other machine does not answer: commits do not wait for it any more")
        if told["names"] == "" and told["streaming"] and told["behind"] is not None and told["behind"] <= NEAR and (told["silent"] or 0) <= DELAY * 10:
            self.wait_for(SYNCHRONOUS)
            say(f"{self.service}: commits wait until the other machine has them")

    def wait_for(self, name):
        self.say(f"ALTER SYSTEM SET synchronous_standby_names = '{name}';\nDO 'BEGIN PERFORM pg_catalog.pg_reload_conf(); END';\n")

    def close(self):
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()
