"""A version of a project on this machine: its files looked at, and started."""

import os
import re
import signal

import beside
import history
import images
import judge
import lint
import lint_data
import proxy
import secret_values
from compose import BASE, OVERRIDE, Compose, by_name, file_of
from ground import Failed, acting_as, read_json, run, say, write
from last_file import last_file
from reading import facts_of

LOGS = 5
# Seconds that containers may take to be made, beyond those that a version has to be healthy.
MAKING = 10


def volumes_here():
    """Volumes of this machine, with the project that each was made for."""
    done = run(["docker", "volume", "ls", "--format", '{{.Name}}\t{{.Label "com.docker.compose.project"}}'])
    if done.code != 0:
        raise Failed(f"Docker does not answer: {done.last(3)}")
    lines = (line.split("\t") for line in done.out.splitlines() if line)
    return {line[0]: (line[1] if len(line) > 1 and line[1] else None) for line in lines}


class Version:
    """A commit's files in a directory, with what the lint says of them."""

    def __init__(self, site, repository, commit, directory, values, build=0):
        self.site, self.commit, self.values, self.build = site, commit, values, build
        self.facts = facts_of(
            directory,
            site.environment,
            values,
            site.places.tree,
            port=site.port,
            declared=site.secrets,
            given=sorted(values),
            files=tuple(site.files),
            overlap=tuple(site.overlap),
            workers=site.workers,
            backup=read_json(site.places.backup),
            tracked=repository.tracked(commit),
            kept=history.kept(site),
            volumes=volumes_here(),
        )
        self.problems, self.web = lint.judge(self.facts)
        self.model = self.facts.full
        self.project = self.facts.full["name"]
        self.images = images.built(site, self.facts, commit, build)

    def acting(self):
        """What acts by itself; with what is known of the web service alone."""
        return beside.acting(self.model, self.web["service"], self.site.workers)

    def mounts(self):
        return lint_data.mounts_of(self.model)

    def last(self):
        """Writes the last file of this version; answers where."""
        path = self.site.places.of(f"last-{self.commit[:12]}.yml")
        write(path, last_file(self.site, self.model, self.web, self.images, self.values))
        return path

    def compose(self, directory):
        """Compose over this version's files in a directory."""
        own = OVERRIDE if directory == self.site.places.tree else file_of(self.site.environment)
        return Compose(directory, self.values, self.project, (BASE, own, self.last()))


def lay(site, repository, commit, values):
    """The checkout becomes the commit, with the environment's own part and the secrets in place."""
    tree = site.places.tree
    repository.check_out(commit)
    with acting_as(site.owner()):
        with open(os.path.join(tree, file_of(site.environment)), encoding="utf-8") as file:
            text = file.read()
        write(os.path.join(tree, OVERRIDE), text, 0o644)
    secret_values.lay(site, tree, values, site.owner())


def start(version):
    """Has Compose bring up what runs to this version. Raises Failed with its last words."""
    site = version.site
    keep_logs(site, version.project)
    history.keep(site, version.project, version.mounts())
    before = {each["id"] for each in judge.states(version.project)}
    acting = version.acting()
    waits = acting["services"] if beside.is_beside(site) else []
    names = sorted(set(version.model["services"]) - set(waits)) if waits else []
    done = version.compose(site.places.tree).follow(
        "up", "--detach", "--no-build", "--remove-orphans", "--quiet-pull", *names, seconds=site.seconds + MAKING
    )
    if done.code == -signal.SIGKILL:
        late = judge.pending(judge.states(version.project))
        problem = Failed(f"{', '.join(late) or 'Compose'} did not start within {site.seconds + MAKING} s")
        problem.service = late[0] if late else None
        raise problem
    if done.code != 0:
        problem = Failed(f"Compose could not start it: {done.last(1).strip()}")
        problem.service = failing(version, done.out)
        raise problem
    if waits:
        beside.hold_back(version.compose(site.places.tree), waits)
        say(beside.told(acting))
    look_anew(version, before)


def look_anew(version, before):
    """Restarts the web service where it stayed while others were made anew: many a proxy in front of an application
    keeps the address that it looked up when it started, which may be nobody's by now, or another's."""
    web = version.web["service"]
    running = [each for each in judge.states(version.project) if each["status"] == "running"]
    stayed = [each["service"] for each in running if each["id"] in before]
    if web in stayed and len(stayed) < len(running):
        say(f"restart: {web}, since others behind it are new")
        version.compose(version.site.places.tree).run("restart", web, seconds=120)


def failing(version, said):
    """The service that Compose says is to blame: by its name, or by that of its container."""
    named = re.findall(r'service "([^"]+)" didn', said)
    for container in re.findall(r"container (\S+) (?:exited|is unhealthy)", said):
        named += [name for name in version.model["services"] if re.fullmatch(rf"{re.escape(version.project)}[-_]{re.escape(name)}[-_]\d+", container)]
    return named[-1] if named else None


def keep_logs(site, project):
    """What services said until now: their containers go, and Docker's logs with them."""
    done = run(by_name(project, "logs", "--no-color", "--timestamps", "--tail", "5000"))
    if done.code != 0 or not done.out.strip():
        return
    folder = site.places.of("logs")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    numbers = sorted(int(name[:-4]) for name in os.listdir(folder) if re.fullmatch(r"\d+\.log", name))
    write(os.path.join(folder, f"{(numbers or [0])[-1] + 1}.log"), done.out[-5_000_000:])
    for number in numbers[: -(LOGS - 1)]:
        os.remove(os.path.join(folder, f"{number}.log"))


def visited(site):
    """Says what visitors are answered by every name of the site."""
    for name in site.names:
        answer = proxy.through(name, site.path)
        # A redirect, or a question who comes, is the site's own answer too.
        if isinstance(answer, int) and (answer < 400 or answer in (401, 403)):
            say(f"through the proxy: {name} answers {answer}")
        else:
            say(f"warning: through the proxy: {name}: {answer}; see: berth-proxy status")
