"""The last of the Compose files: what a node decides of a project, whatever its own files say."""

import hashlib
import hmac
import json
import os

from ground import write
from known import is_loopback


def image_of(slug, service, commit, build=0):
    """The name of what is built for a service. `build`: how often the commit was built anew on newer images."""
    return f"berth/{slug}-{service}:{commit[:12]}" + (f"-r{build}" if build else "")


def seal(site, text):
    """What tells one set of secrets from another and nothing of them."""
    path = site.places.of("seal")
    if not os.path.exists(path):
        write(path, os.urandom(32).hex())
    with open(path, encoding="utf-8") as file:
        return hmac.new(file.read().encode(), text.encode(), hashlib.sha256).hexdigest()[:16]


def last_file(site, model, web, images, values):
    """YAML: the web port on its loopback port alone, what is built by the names given for it, bounded logs, and a mark that changes with
    what a service is given as files, since Compose does not look into them. JSON but for the one tag."""
    services = {}
    for name, service in model["services"].items():
        own = {}
        if service.get("build"):
            own["image"] = images[name]
            own["pull_policy"] = "never"
        else:
            own["pull_policy"] = "missing"
        if not service.get("logging"):
            own["logging"] = {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}}
        given = sorted(each["source"] for each in service.get("secrets") or [])
        mounts = [each.get("source", "") for each in service.get("volumes") or [] if each.get("type") == "bind"]
        by_mount = any(source.startswith(os.path.join(site.places.tree, "secrets")) for source in mounts)
        if values and (given or by_mount):
            own["labels"] = {"berth.secrets": seal(site, json.dumps(values, sort_keys=True))}
        services[name] = own
    text = json.dumps({"services": services}, indent=1, sort_keys=True)
    port = {"mode": "ingress", "host_ip": "127.0.0.1", "target": web["target"], "published": str(site.port), "protocol": "tcp"}
    # The other ports of that service were judged: what is left is on the loopback interface, or the web port once more.
    others = [each for each in model["services"][web["service"]].get("ports") or [] if each != web["port"] and is_loopback(each)]
    ports = json.dumps([port, *others], sort_keys=True)
    mark = f'  "{web["service"]}": {{'
    at = text.index(mark) + len(mark)
    return f'{text[:at]}\n   "ports": !override {ports},{text[at:]}\n'
