"""What images are built from, and what belongs to the start-up and not to the build (R60)."""

import os
import re

from problem import Problem

# Where Docker's official images are had, beside their bare names.
LIBRARIES = re.compile(r"^(docker\.io/(library/)?|index\.docker\.io/library/|public\.ecr\.aws/docker/library/|library/)")
AT_START = (
    (re.compile(r"manage\.py\s+migrate|\b(rails|rake)\s+db:migrate|artisan\s+migrate|\balembic\s+upgrade|prisma\s+migrate\s+deploy"), "migrations"),
    (re.compile(r"manage\.py\s+collectstatic|django-admin\s+collectstatic"), "collectstatic"),
)


def judge(facts):
    for file in sorted(files_of(facts)):
        yield from of_file(file, facts.texts.get(file, ""))


def files_of(facts):
    """The Dockerfiles that services are built from, by their path in the checkout."""
    found = set()
    for service in (facts.full.get("services") or {}).values():
        build = service.get("build")
        if isinstance(build, dict) and not build.get("dockerfile_inline"):
            path = os.path.join(build.get("context", ""), build.get("dockerfile") or "Dockerfile")
            found.add(os.path.relpath(os.path.normpath(path), facts.tree))
    return found


def last_from(facts, service):
    """The image that a built service's own begins with; empty where its Dockerfile does not say."""
    build = service.get("build") or {}
    path = os.path.join(build.get("context", ""), build.get("dockerfile") or "Dockerfile")
    text = build.get("dockerfile_inline") or facts.texts.get(os.path.relpath(os.path.normpath(path), facts.tree), "")
    stages, last = {}, ""
    for line in logical(text):
        word, _, rest = line.partition(" ")
        words = [each for each in rest.split() if not each.startswith("--")]
        if word.upper() == "FROM" and words:
            last = stages.get(words[0].lower(), words[0])
            if len(words) == 3 and words[1].upper() == "AS":
                stages[words[2].lower()] = last
    return last


def of_file(file, text):
    stages = set()
    for line in logical(text):
        word, _, rest = line.partition(" ")
        if word.upper() == "FROM":
            words = [each for each in rest.split() if not each.startswith("--")]
            image = words[0] if words else ""
            if not official(image, stages):
                yield Problem.warning(f"{file}: FROM", f"{image}: is no official image; build on one where there is one (R60)")
            if len(words) == 3 and words[1].upper() == "AS":
                stages.add(words[2].lower())
        elif word.upper() == "RUN":
            for pattern, what in AT_START:
                if pattern.search(rest):
                    yield Problem.warning(f"{file}: RUN", f"{what} in the build: there is no database or setting of the environment yet; run it at start-up (R60)")


def official(image, stages):
    """A bare name, a stage before, or what a build argument decides."""
    if image.lower() in stages or image == "scratch" or "$" in image:
        return True
    return "/" not in LIBRARIES.sub("", image)


def logical(text):
    """Instructions, with their continued lines."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [line.strip() for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]
