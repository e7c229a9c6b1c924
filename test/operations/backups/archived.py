"""Writes one archive and its manifest as a node does, from dumps and trees that are there as files.

Standard input: {"out": directory, "key": …, "manifest": …, "members": [[name, file, slack]], "trees": [[name, root, [lost]]]}.
A tree with lost paths is one that the list names and the archive lacks.
"""

import hashlib
import json
import os
import sys

sys.path.insert(0, sys.argv[1])
from archive import Archive  # noqa: E402  pylint: disable=wrong-import-position


class Sink:
    def __init__(self, path):
        self.file, self.digest, self.size = open(path, "wb"), hashlib.sha256(), 0

    def write(self, content):
        self.file.write(content)
        self.digest.update(content)
        self.size += len(content)


def lossy(archive, name, root, lost):
    listing = b""
    size = count = 0
    for folder, _, names in sorted(os.walk(root)):
        for each in sorted(names):
            path = os.path.join(folder, each)
            inside = os.path.relpath(path, root)
            content = open(path, "rb").read()
            escaped = inside.replace("\\", "\\\\").replace("\n", "\\n")
            mark = "\\" if escaped != inside else ""
            listing += f"{mark}{hashlib.sha256(content).hexdigest()}  ./{escaped}\n".encode()
            size, count = size + len(content), count + 1
            if inside not in lost:
                archive.member(f"files/{name}/{inside}", len(content), [content])
    _, digest = archive.member(f"files/{name}.sha256", len(listing), [listing])
    return {"name": name, "source": root, "path": f"files/{name}", "entries": count, "bytes": size, "list": digest, "changed": [], "vanished": [], "unreadable": []}


def main():
    said = json.load(sys.stdin)
    sink = Sink(os.path.join(said["out"], "archive"))
    archive = Archive(sink)
    for name, file, slack in said["members"]:
        content = open(file, "rb").read()
        archive.member(name, len(content) + slack, [content], fill=b"\n" if slack else None)
    manifest = said["manifest"]
    for name, root, lost in said["trees"]:
        manifest["files"].append(lossy(archive, name, root, lost) if lost else archive.tree(name, root))
    inside = json.dumps(manifest, sort_keys=True).encode()
    archive.member("manifest.json", len(inside), [inside])
    archive.close()
    sink.file.close()
    manifest["archive"] = {"key": said["key"], "bytes": sink.size, "sha256": sink.digest.hexdigest()}
    with open(os.path.join(said["out"], "manifest"), "w", encoding="utf-8") as file:
        json.dump(manifest, file, sort_keys=True)


main()
