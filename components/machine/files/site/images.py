"""Images of a project: built or pulled while the old version serves, and thrown away when five newer ones ran."""

import json
import os

from ground import Failed, Refused, read_json, run, say, write
from last_file import image_of

KEPT = 5
# Beyond what images take: layers on their way, logs, what the version writes when it starts.
SPARE = 512 * 1024 * 1024


def have(image):
    return run(["docker", "image", "inspect", image]).code == 0


def built(site, model, commit):
    """What is built, by service."""
    return {name: image_of(site.slug, name, commit) for name, each in model["services"].items() if each.get("build")}


def get(site, compose, model, commit):
    """Builds and pulls what is not there. Raises Failed with what the build said last."""
    made = built(site, model, commit)
    lacking = sorted(name for name, image in made.items() if not have(image))
    known = read_json(site.places.of("images.json"), {})
    write(site.places.of("images.json"), json.dumps({**known, commit: sorted(made.values())}, sort_keys=True))
    if lacking:
        say(f"build: {', '.join(lacking)}")
        done = compose.follow("--progress", "plain", "build", *lacking)
        if done.code != 0:
            raise Failed(f"the image of {', '.join(lacking)} could not be built:\n{done.last()}")
    asked = {}
    for name, each in model["services"].items():
        if name not in made and each.get("image") and (each.get("pull_policy") == "always" or not have(each["image"])):
            asked[name] = each["image"]
    if asked:
        say(f"pull: {', '.join(sorted(set(asked.values())))}")
        done = compose.follow("pull", "--quiet", *sorted(asked))
        if done.code != 0:
            raise Failed(f"{', '.join(sorted(set(asked.values())))} could not be pulled:\n{done.last(5)}")


def room(site, model, commit):
    """Refuses a delivery that would fill the disk: as much must be free as the images of the version that runs
    take, and a reserve."""
    lacking = [image for image in built(site, model, commit).values() if not have(image)]
    size = 0
    known = read_json(site.places.of("images.json"), {})
    before = (read_json(site.places.of("current")) or {}).get("commit")
    if lacking and before:
        for image in known.get(before, []):
            done = run(["docker", "image", "inspect", "--format", "{{.Size}}", image])
            size += int(done.out) if done.code == 0 and done.out.strip().isdigit() else 0
    root = run(["docker", "info", "--format", "{{.DockerRootDir}}"]).out.strip()
    needs = {root: size + SPARE, os.path.dirname(site.places.next): SPARE // 4, site.places.state: SPARE // 16}
    for place, need in needs.items():
        if not os.path.isdir(place):
            continue
        disk = os.statvfs(place)
        free = disk.f_bavail * disk.f_frsize
        if free < need:
            raise Refused(
                f"{place}: {free // 1048576} MB are free, and this delivery needs {need // 1048576} MB; "
                "make room (docker system df), or give the machine a larger disk"
            )


def prune(site, kept):
    """Throws away what no version that can be gone back to needs, and old build cache. Names are exact: what
    another project has here is not looked at."""
    known = read_json(site.places.of("images.json"), {})
    stay = {image for commit in kept for image in known.get(commit, [])}
    left = {}
    for commit, names in known.items():
        gone = [name for name in names if name not in stay]
        for name in gone:
            run(["docker", "image", "rm", name])
        if commit in kept or any(have(name) for name in gone):
            left[commit] = names
    write(site.places.of("images.json"), json.dumps(left, sort_keys=True))
    run(["docker", "builder", "prune", "--force", "--keep-storage", "2GB"], seconds=300)
