import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { python } from "./backup-python";

const directory = fs.mkdtempSync(join(tmpdir(), "berth-restoring-"));
afterAll(() => fs.rmSync(directory, { recursive: true }));

/** A restore of two trees that has exchanged them and is cut off in `where`; then what puts things right is run. */
function cutOff(where: "start" | "clear"): Record<string, string[]> {
  const root = fs.mkdtempSync(join(directory, "x"));
  for (const name of ["media", "papers"]) {
    fs.mkdirSync(join(root, name));
    fs.writeFileSync(join(root, name, "before"), "");
    fs.mkdirSync(join(root, `${name}.berth-new`));
    fs.writeFileSync(join(root, `${name}.berth-new`, "restored"), "");
  }
  python(
    `import os, types, io, contextlib
import restore
from laying import Laid
root, where = sys.argv[1:]
places = types.SimpleNamespace(of=lambda name: os.path.join(root, name))
project = types.SimpleNamespace(slug="shop", places=places, delivered=lambda: {"project": "shop"})
restore.containers = lambda name: []
one = restore.Restore.__new__(restore.Restore)
one.project, one.databases, one.loaders, one.besides = project, [], {}, {}
one.laid = {name: Laid(name, os.path.join(root, name)) for name in ("media", "papers")}
one.journal = {"containers": [], "made": [], "databases": [], "besides": [], "files": [],
  "laid": [[name, os.path.join(root, name)] for name in one.laid]}
class CutOff(BaseException): pass
cleared = restore.clear
def clear(path):
    # A part of what was there before is gone, and then the machine is.
    if os.path.exists(path):
        cleared(path)
        raise CutOff()
with contextlib.redirect_stdout(io.StringIO()):
    one.swap()
    restore.clear = clear
    try:
        if where == "clear": one.done()
    except CutOff: pass
    restore.clear = cleared
    restore.undo(project)
print(json.dumps(os.path.exists(places.of("restoring.json"))))`,
    "",
    root,
    where,
  );
  return Object.fromEntries(
    fs.readdirSync(root).map((name) => [name, fs.readdirSync(join(root, name))]),
  );
}

describe("a restore that the machine's end cuts off", () => {
  it("before its application is up is put back", () => {
    expect(cutOff("start")).toEqual({ media: ["before"], papers: ["before"] });
  });

  it("while what was there before goes is ended, since part of that is gone", () => {
    expect(cutOff("clear")).toEqual({ media: ["restored"], papers: ["restored"] });
  });
});

describe("the room that a restore needs", () => {
  const refused = (free: number, ...sizes: readonly number[]) =>
    python(
      `import room, types
room.shutil = types.SimpleNamespace(disk_usage=lambda place: types.SimpleNamespace(free=int(sys.argv[1]) << 20))
try:
    room.refuse([("/tmp/not/there", int(size) << 20) for size in sys.argv[2:]])
    print("null")
except room.Failed as problem:
    print(json.dumps(str(problem)))`,
      "",
      String(free),
      ...sizes.map(String),
    );

  it("is there for all that comes to one disk, and for what goes on meanwhile, or nothing is begun", () => {
    expect(refused(1000, 300, 400)).toBeNull();
    expect(refused(1000, 300, 500)).toMatch(
      /^the disk of \/tmp has 1000 MB left, and the restore needs 1056 MB there/,
    );
  });
});

describe("files of a volume that is no directory of the machine", () => {
  it("are refused before anything is fetched: NFS has no place to exchange", () => {
    const said = python(
      `import types
import files, restore
from docker import Volume
said = {"Name": "shop_share", "Mountpoint": "/var/lib/docker/volumes/shop_share/_data",
  "Labels": {"com.docker.compose.volume": "share"}, "Options": {"type": "nfs", "o": "addr=192.0.2.1", "device": ":/share"}}
files.volumes = lambda names: {"shop_share": Volume(said)}
one = restore.Restore.__new__(restore.Restore)
one.project = types.SimpleNamespace(slug="shop", rds=None, files=[], exclude={})
one.there, one.loaders, one.besides, one.trees = [], {}, {}, {}
one.site = {"mounts": [{"service": "web", "kind": "volume", "volume": "shop_share", "target": "/share"}]}
one.manifest = {"databases": [], "files": [{"name": "share"}]}
try:
    one.check()
    print("null")
except restore.Failed as problem:
    print(json.dumps(str(problem)))`,
    );
    expect(said).toMatch(/^files share: are not on this machine's disk .* --to scratch gives$/);
  });
});

describe("a restore whose server is not there any more", () => {
  it("says so, and what to do, rather than put half of it back", () => {
    const said = python(
      `import types
import restore
restore.containers = lambda name: []
try:
    restore.services(types.SimpleNamespace(delivered=lambda: {"project": "shop"}))["db"]
except restore.Failed as problem:
    print(json.dumps(str(problem)))`,
    );
    expect(said).toMatch(/^no container of the service db is here, .* berth-backup undo$/);
  });
});
