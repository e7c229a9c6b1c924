"""A delivery: another version takes the place of the one that serves, or that one is back."""

import json
import os
import time

import beside
import blank
import history
import images
import judge
import moving
import neighbours
import pointers
import restoring
import schema
import secret_values
import takeover
import tested
import trial
import version
from ground import Failed, Refused, hide, read_json, say, write
from problem import Problem
from proxy import Hold
from repository import Repository
from version import Version


class Wish:
    """What was asked for: `rollback` takes a commit that ran before, as `build`; `refresh` builds the one that runs
    anew; `place` tells that this machine is `beside` the one that serves, or `serves` from now on."""

    def __init__(self, action="deploy", ref="", by="", reason="", place="", build=0):
        self.action, self.ref, self.by, self.reason, self.place = action, ref, by, reason.strip(), place
        self.build = int(build)


class Delivery:
    """One delivery, from its repository to its verdict."""

    def __init__(self, site, wish):
        self.site, self.wish = site, wish
        self.repository = Repository(site)
        self.values = secret_values.kept(site)
        self.applied = read_json(site.places.of("applied.json"), {})
        hide([*self.values.values(), *self.applied.values()])
        self.began = time.monotonic()
        self.commit = None
        self.build = 0

    def run(self):
        """The exit status. Raises Refused before anything was touched, Failed after."""
        site = self.site
        site.prepare()
        moving.refuse(site)
        cut = history.begun(site)
        if cut:
            say(f"note: the delivery of {cut['commit'][:12]} was cut off; this one repairs what it left")
        try:
            new = self.prepare()
        except Refused:
            self.repository.clear()
            raise
        except Failed as problem:
            self.repository.clear()
            if self.commit:
                self.record("failed", str(problem))
            raise Failed(f"{problem}\nnothing was touched{self.serving()}") from None
        return 0 if self.is_the_same(new) else self.exchange(new)

    def is_the_same(self, new):
        """Is what was built anew what runs? Then nobody is interrupted for it."""
        if self.wish.action != "refresh":
            return False
        before = images.built(self.site, new.facts, new.commit, (history.current(self.site) or {}).get("build", 0))
        old, fresh = images.identities(before.values()), images.identities(new.images.values())
        if any(old[before[name]] != fresh[new.images[name]] for name in before):
            return False
        kept = [images.key(*each) for each in history.delivered(self.site)][: images.KEPT]
        images.prune(self.site, kept)
        say(f"{new.commit[:12]} is built on the newest images already; nothing is changed")
        return True

    def serving(self):
        before = history.current(self.site)
        return f": {before['commit'][:12]} serves on" if before else ""

    def prepare(self):
        """Everything that can be done while the old version serves. Answers the new one."""
        site, repository = self.site, self.repository
        repository.prepare()
        if self.wish.action == "deploy":
            say(f"fetch: {site.repository}")
            repository.fetch()
        commit = repository.resolve(self.wish.ref or site.branch)
        self.commit, self.build = commit, self.build_of(commit)
        say(f"commit: {commit[:12]} {repository.must('log', '-1', '--format=%s', commit).strip()[:100]}")
        self.allowed(commit)
        directory = repository.lay_out(commit)
        secret_values.lay(site, directory, self.values, site.owner())
        # Not of a commit that ran: the way back is open to what served without them.
        missing = list(pointers.judge(repository, commit, directory)) if self.wish.action == "deploy" else []
        try:
            new = Version(site, repository, commit, directory, self.values, self.build)
        except Refused as problem:
            # Compose may have looked for a file where a submodule is: why it was not there is said first.
            raise Refused("\n".join([*map(str, missing), str(problem)])) from None
        problems = [*missing, *new.problems, *self.on_this_machine(commit, new)]
        for problem in problems:
            if not problem.refused and self.wish.action == "deploy":
                say(str(problem))
        refused = [str(problem) for problem in problems if problem.refused]
        if refused:
            raise Refused("\n".join([*refused, f"nothing was touched{self.serving()}"]))
        self.tell_schema(commit)
        images.room(site, new)
        images.get(site, new.compose(directory), new, self.wish.action == "refresh")
        if self.wish.action != "rollback":
            trial.run_beside(site, new.compose(directory), new.project)
        repository.clear()
        return new

    def build_of(self, commit):
        """Which build of a commit is wanted: the one that was asked for, a new one, or the one that ran last."""
        if self.wish.action == "rollback":
            return self.wish.build
        if self.wish.action == "refresh":
            return images.next_build(self.site, commit, history.delivered(self.site))
        return history.last_build(self.site, commit)

    def allowed(self, commit):
        """Production takes what is on its branch (R48) and passed its tests (R49), what runs here already, or a reason
        that is kept."""
        site = self.site
        if site.environment != "prod" or self.wish.action != "deploy" or history.is_current(site, commit):
            return
        against = [] if self.repository.on_branch(commit) else [f"is not on {site.branch}, and production takes no other (R48); merge it, or give --reason"]
        against += tested.missing(site, commit)
        if against and not self.wish.reason:
            raise Refused("\n".join(f"{commit[:12]}: {each}" for each in against))
        for each in against:
            say(f"note: {commit[:12]} {each.split(';')[0]}; reason: {self.wish.reason}")

    def on_this_machine(self, commit, new):
        """What stands against it here, whatever the files say."""
        site = self.site
        for path in self.repository.in_the_way(commit):
            yield Problem.refusal(
                f"{site.places.tree}/{path}",
                "was changed on this machine, is not the repository's or lies where a container has taken the directory for its own, "
                "and the commit would write there; move it away, or commit it",
            )
        yield from neighbours.judge(site, new)
        yield from takeover.judge(site, new, self.wish.ref)
        for name in secret_values.not_carried(self.values):
            yield Problem.refusal("secrets", f"{name}: Compose does not read its value back as it is; give it in another form (base64)")
        for name in secret_values.hand_made(site, self.values):
            yield Problem.refusal(f"{site.places.tree}/.env", f"{name}: stands there by hand, and is not declared; declare it under secrets")

    def tell_schema(self, commit):
        """Going back: says whether the database may be newer than the code (schema changes do not go back)."""
        before = history.current(self.site)
        if before and before["commit"] != commit:
            for line in schema.between(self.repository, before["commit"], commit, self.wish.action == "rollback"):
                say(line)

    def exchange(self, new):
        """The new version takes the place of the old one."""
        site = self.site
        # A move or a restore may have begun while the old version served.
        moving.refuse(site)
        restoring.refuse(site)
        neighbours.claim(site, new)
        old = history.current(site)
        # As long as the new version, and then the old one, may take; the proxy takes no more.
        hold = Hold(site.slug, min(900, 2 * site.seconds + 120))
        history.begin(site, {"commit": new.commit, "before": (old or {}).get("commit")})
        try:
            blank.guard(site, new)
            {"beside": beside.begin, "serves": beside.end}.get(self.wish.place, lambda _: None)(site)
            hold.take()
            try:
                version.lay(site, self.repository, new.commit, self.values)
                version.start(new)
                self.judge(new)
            except (Failed, judge.Unwell) as problem:
                return self.undo(new, old, problem)
        finally:
            hold.release()
        self.done(new)
        return 0

    def judge(self, version):
        waits = version.acting()["services"] if beside.is_beside(self.site) else ()
        judge.well(self.site, version.project, version.web["service"], waits)

    def done(self, new):
        site = self.site
        write(site.places.of("applied.json"), json.dumps(self.values, sort_keys=True))
        history.runs_now(
            site,
            {
                "commit": new.commit,
                "build": new.build,
                "project": new.project,
                "volumes": sorted({each["volume"] for each in new.mounts()}),
                "images": sorted({each.get("image") or "" for each in new.model["services"].values()} - {""}),
                "service": new.web["service"],
                "services": sorted(new.model["services"]),
                "acting": new.acting(),
                "identities": {each["service"]: each["image"] for each in judge.states(new.project)},
            },
        )
        self.record("delivered", self.wish.reason)
        self.repository.hold_on(new.commit)
        history.end(site)
        version.visited(site)
        before = [images.key(*each) for each in history.delivered(site)]
        kept = [images.key(new.commit, new.build), *before][: images.KEPT + 1]
        images.prune(site, list(dict.fromkeys(kept))[: images.KEPT])
        self.drop_last_files(kept)
        say(f"delivered: {new.commit[:12]} in {self.seconds()} s")

    def drop_last_files(self, kept):
        names = {f"last-{commit[:12]}.yml" for commit in kept}
        for name in os.listdir(self.site.places.state):
            if name.startswith("last-") and name.endswith(".yml") and name not in names:
                os.remove(self.site.places.of(name))

    def undo(self, new, old, problem):
        """The version that served before, by the way that a delivery takes."""
        site = self.site
        say(f"failed: {new.commit[:12]}: {problem}")
        service = getattr(problem, "service", None) or new.web["service"]
        for line in judge.last_lines(new.project, service):
            say(f"  {service}: {line}")
        if old is None:
            new.compose(site.places.tree).run("stop", seconds=120)
            self.record("failed", str(problem))
            history.end(site)
            say("nothing served before, so nothing serves; the containers are stopped and their logs stay: berth-site logs")
            return 1
        say(f"back to {old['commit'][:12]}")
        try:
            version.lay(site, self.repository, old["commit"], self.applied)
            before = Version(site, self.repository, old["commit"], site.places.tree, self.applied, old.get("build", 0))
            if before.web is None:
                raise Failed("its web port cannot be told any more")
            version.start(before)
            self.judge(before)
        except (Failed, Refused, judge.Unwell) as worse:
            self.record("failed", f"{problem}; and {old['commit'][:12]} did not come back: {worse}")
            say(f"failed: {old['commit'][:12]} did not come back either: {worse}")
            return 1
        self.record("restored", str(problem))
        history.end(site)
        say(f"restored: {old['commit'][:12]} serves again after {self.seconds()} s")
        return 1

    def seconds(self):
        return round(time.monotonic() - self.began, 1)

    def record(self, verdict, why):
        history.record(
            self.site,
            {
                "commit": self.commit,
                "build": self.build,
                "ref": self.wish.ref or self.site.branch,
                "by": self.wish.by,
                "action": self.wish.action,
                "verdict": verdict,
                "why": why.splitlines()[0][:500] if why else "",
                "seconds": self.seconds(),
            },
        )
