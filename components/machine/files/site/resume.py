"""Starts the version that was delivered last, as it was delivered: its data was elsewhere meanwhile."""

import os

import beside
import history
import judge
import secret_values
from compose import BASE, OVERRIDE, Compose
from ground import Failed, Refused, hide, read_json


def resume(site):
    """From now on this machine serves it. Nothing is fetched, built or laid out: that was done when it was delivered,
    and somebody waits."""
    runs = history.current(site)
    last = site.places.of(f"last-{(runs or {}).get('commit', '')[:12]}.yml")
    if runs is None or not os.path.exists(last):
        raise Refused(f"{site.slug}: nothing was delivered here yet; deliver it: berth deploy {site.slug}")
    values = read_json(site.places.of("applied.json"), secret_values.kept(site))
    hide(values.values())
    beside.start(site, runs)
    found = judge.states(runs["project"])
    # What was made for it and runs needs no Compose, which takes as long as all else. What only says yet that it starts
    # is waited for below.
    missing = set(runs.get("services") or []) - {each["service"] for each in found}
    idle = all(each["status"] != "running" for each in found) or any(each["status"] in ("created", "paused") for each in found)
    if missing or idle or judge.amiss(found):
        up(site, runs["project"], values, last)
    try:
        judge.well(site, runs["project"], runs["service"])
    except judge.Unwell as problem:
        raise Failed(f"{site.slug}: {problem}") from None
    return 0


def up(site, project, values, last):
    done = Compose(site.places.tree, values, project, (BASE, OVERRIDE, last)).follow(
        "up", "--detach", "--no-build", "--pull", "never", "--remove-orphans", seconds=site.seconds + 10
    )
    if done.code != 0:
        raise Failed(f"{site.slug}: Compose could not start it: {done.last(1).strip()}")
