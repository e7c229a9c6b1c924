"""The files' server of the machine that a project leaves: the project's trees and no other, for reading alone, in a
container that may read and do nothing else; through the tunnel, by a password of this move."""

import os
import secrets

import ports
import trees
from ground import Failed, Refused, run, write

IMAGE = "/etc/berth/move-image"
CONTAINER = "berth-files-{}"
USER = "berth-move"
CONFIG = """port = {port}
address = 127.0.0.1
use chroot = no
uid = 0
gid = 0
read only = yes
list = no
munge symlinks = no
numeric ids = yes
auth users = {user}
secrets file = /move/secrets
refuse options = copy-links copy-unsafe-links copy-dirlinks
dont compress = *
log file = /dev/stdout
transfer logging = no
"""
MODULE = """[{name}]
path = /trees/{name}
pre-xfer exec = exec /bin/bash /move/same "$RSYNC_MODULE_NAME"
"""
# A disk that is not mounted any more is an empty directory, and a receiver would become as empty. What it says goes to
# who asked.
SAME = r"""place=/trees/$1
{ read -r wanted && mapfile -t below; } <"/move/trees/$1"
if [ "$(stat -f -c %i "$place") $(stat -c %i "$place")" != "$wanted" ]; then
  echo "$1: is not on the disk any more that it was on"
  exit 1
fi
while read -r _ _ _ _ mount _; do mounted+=("${mount#"$place"/}"); done </proc/self/mountinfo
for each in "${below[@]}"; do
  case " ${mounted[*]} " in *" $each "*) ;; *) echo "$1/$each: is not mounted any more"; exit 1 ;; esac
done
"""


def image():
    """The image of rsync that a converge has made."""
    try:
        with open(IMAGE, encoding="utf-8") as file:
            return file.readline().strip()
    except FileNotFoundError:
        raise Refused("this machine has no image to move files with; converge it (berth converge)") from None


def judge(move):
    """The trees that are going to be served. Refuses what cannot move, before anything is touched."""
    image()
    found, _ = trees.trees_of(move)
    refuse_devices(found)
    refuse_vanished(found, move.kept("files.json", {}).get("identities", {}))
    return found


def offer(move, found):
    """Has the trees served. Answers how they are reached: {port, password, names, owner}."""
    port = ports.port_of(move, "files")
    kept = move.kept("files.json", {})
    password = kept.get("password") or secrets.token_urlsafe(32)
    identities = {each["name"]: identity(each["place"]) for each in found}
    lay(move, found, port, password, identities)
    wanted = {"port": port, "password": password, "identities": identities, "image": image(), "places": {each["name"]: each["place"] for each in found}}
    running = run(["docker", "inspect", "-f", "{{.State.Running}}", CONTAINER.format(move.slug)]).out.strip()
    if wanted != kept or running != "true":
        start(move, found)
        move.keep("files.json", wanted)
    return {"port": port, "password": password, "names": [each["name"] for each in found], "owner": trees.owner(move)}


def refuse_devices(found):
    for tree in found:
        devices = trees.measured(tree)["devices"]
        if devices:
            raise Refused(f"{tree['place']}/{devices[0]}: is a device, which no move makes anew from what others wrote; take it away")


def identity(place):
    """By what a tree is known again: its file system and its number there, and what is mounted below."""
    done = run(["stat", "-f", "-c", "%i", place])
    if done.code != 0:
        raise Failed(done.last())
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounted = [line.split()[4] for line in file]
    below = sorted({each[len(place) + 1 :] for each in mounted if each.startswith(f"{place}/")})
    return [f"{done.out.strip()} {os.stat(place).st_ino}", *below]


def refuse_vanished(found, before):
    """A second offer does not take an empty directory for what was there."""
    for tree in found:
        old = before.get(tree["name"])
        if old and not os.listdir(tree["place"]) and old != identity(tree["place"]):
            raise Refused(f"{tree['place']}: is empty and not on the disk any more that it was on; mount it, then go on with the move")


def lay(move, found, port, password, identities):
    """What the server reads, in a directory of its own."""
    folder = move.of("files")
    os.makedirs(os.path.join(folder, "trees"), mode=0o700, exist_ok=True)
    write(os.path.join(folder, "secrets"), f"{USER}:{password}\n")
    write(os.path.join(folder, "same"), SAME)
    for name, said in identities.items():
        write(os.path.join(folder, "trees", name), "".join(f"{line}\n" for line in said))
    write(os.path.join(folder, "rsyncd.conf"), CONFIG.format(port=port, user=USER) + "".join(MODULE.format(name=each["name"]) for each in found))


def start(move, found):
    name = CONTAINER.format(move.slug)
    run(["docker", "rm", "--force", name])
    limits = ["--network", "host", "--userns", "host", "--read-only", "--cap-drop", "ALL", "--cap-add", "DAC_READ_SEARCH", "--cap-add", "SETGID"]
    limits += ["--security-opt", "no-new-privileges", "--memory", "512m", "--pull", "never", "--restart", "unless-stopped"]
    limits += ["--log-driver", "json-file", "--log-opt", "max-size=1m", "-e", "RSYNC_SHELL=/bin/bash"]
    mounts = [part for each in found for part in ("-v", f"{each['place']}:/trees/{each['name']}:ro,rslave")]
    words = ["docker", "run", "-d", "--name", name, "--label", f"berth.move={move.slug}", *limits, "-v", f"{move.of('files')}:/move:ro", *mounts]
    done = run([*words, image(), "/usr/bin/rsync", "--daemon", "--no-detach", "--config=/move/rsyncd.conf"])
    if done.code != 0:
        raise Failed(f"the files' server does not start: {done.last()}")


def gone(move):
    run(["docker", "rm", "--force", CONTAINER.format(move.slug)])
    for folder in (move.of("files/trees"), move.of("files")):
        if os.path.isdir(folder):
            for name in os.listdir(folder):
                os.remove(os.path.join(folder, name))
            os.rmdir(folder)
    move.drop("files.json")
