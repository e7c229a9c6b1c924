"""Images of a project: built or pulled while the old version serves, and thrown away when five newer ones ran."""

import json
import os

from ground import Failed, Refused, read_json, run, say, write
from known import DATABASES, is_database
from last_file import image_of
from lint_image import last_from

KEPT = 5
# Beyond what images take: layers on their way, logs, what the version writes when it starts.
SPARE = 512 * 1024 * 1024


def have(image):
    return run(["docker", "image", "inspect", image]).code == 0


def key(commit, build):
    """What the images of a version are known by."""
    return f"{commit}-r{build}" if build else commit


def next_build(site, commit, delivered):
    """A number that no build of the commit has had. `delivered`: commits and builds."""
    known = [each.split("-r") for each in read_json(site.places.of("images.json"), {})]
    had = [int(number) for name, *rest in known for number in rest if name == commit]
    return 1 + max([0, *had, *(build for name, build in delivered if name == commit)])


def built(site, facts, commit, build):
    """What is built, by service. A database stays the one that was built first: on a newer image it may order its
    data otherwise than its indexes are."""
    found = {}
    for name, each in facts.full["services"].items():
        if each.get("build"):
            stays = is_database(each) or DATABASES.search(last_from(facts, each).split("@")[0].split(":")[0])
            found[name] = image_of(site.slug, name, commit, 0 if stays else build)
    return found


def identities(names):
    """Docker's identity of each image, by name; None where there is none."""
    found = {}
    for name in names:
        done = run(["docker", "image", "inspect", "--format", "{{.Id}}", name])
        found[name] = done.out.strip() if done.code == 0 else None
    return found


def get(site, compose, new, anew=False):
    """Builds and pulls what is not there. `anew`: what is built is built on the newest images. Raises Failed with what
    the build said last."""
    made, model = new.images, new.model
    lacking = sorted(name for name, image in made.items() if not have(image))
    known = read_json(site.places.of("images.json"), {})
    write(site.places.of("images.json"), json.dumps({**known, key(new.commit, new.build): sorted(made.values())}, sort_keys=True))
    own = image_of(site.slug, "", new.commit, new.build).split(":")[1]
    fresh = [name for name in lacking if anew and made[name].endswith(f":{own}")]
    for names, pull in ((fresh, ["--pull"]), ([name for name in lacking if name not in fresh], [])):
        if names:
            say(f"build: {', '.join(names)}{' on the newest images' if pull else ''}")
            done = compose.follow("--progress", "plain", "build", *pull, *names)
            if done.code != 0:
                raise Failed(f"the image of {', '.join(names)} could not be built:\n{done.last()}")
    asked = {}
    for name, each in model["services"].items():
        if name not in made and each.get("image") and (each.get("pull_policy") == "always" or not have(each["image"])):
            asked[name] = each["image"]
    if asked:
        say(f"pull: {', '.join(sorted(set(asked.values())))}")
        done = compose.follow("pull", "--quiet", *sorted(asked))
        if done.code != 0:
            raise Failed(f"{', '.join(sorted(set(asked.values())))} could not be pulled:\n{done.last(5)}")


def room(site, new):
    """Refuses a delivery that would fill the disk: as much must be free as the images of the version that runs
    take, and a reserve."""
    lacking = [image for image in new.images.values() if not have(image)]
    size = 0
    known = read_json(site.places.of("images.json"), {})
    before = read_json(site.places.of("current"))
    if lacking and before:
        for image in known.get(key(before["commit"], before.get("build", 0)), []):
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
    stay = {image for version in kept for image in known.get(version, [])}
    left = {}
    for version, names in known.items():
        gone = [name for name in names if name not in stay]
        for name in gone:
            run(["docker", "image", "rm", name])
        if version in kept or any(have(name) for name in gone):
            left[version] = names
    write(site.places.of("images.json"), json.dumps(left, sort_keys=True))
    run(["docker", "builder", "prune", "--force", "--keep-storage", "2GB"], seconds=300)
