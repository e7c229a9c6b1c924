import { describe, expect, it } from "vitest";

import { call } from "./move-call";

/** A project on a machine, by what is mounted: a checkout with tracked files, and Docker without a container. */
const project = `
import os, tempfile, trees, stays, own
root = tempfile.mkdtemp(dir=move.root)
move.tree = root + "/srv/berth/shop"
def make(path, text="x"):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w").write(text)
tracked = {"index.php", "wp-content/themes/own/style.css", "uploads/.gitkeep", "config/site.php"}
for each in [*tracked, ".env", "secrets/key", "node_modules/a/b.js", "wp-content/uploads/2026/a.jpg", "uploads/sent", "data/shop.sqlite", "config/site.pyc"]:
    make(move.tree + "/" + each)
outside = root + "/srv/media"
make(outside + "/film")
trees.containers = lambda project: []
trees.own.places = lambda move, there: set()
trees.tracked = lambda move: tracked
trees.files.volumes = lambda names: {}
def mount(volume, target, **more):
    return {"service": "web", "kind": "bind", "volume": volume, "source": volume, "target": target, "writable": True, **more}
def told(*mounts):
    move.delivered = lambda: {"project": "shop", "mounts": list(mounts), "commit": "c", "acting": None}
    found, left = trees.trees_of(move)
    short = lambda text: text.replace(move.tree, "TREE").replace(root, "ROOT")
    return [[each["name"] for each in found], [[short(each["what"]), each["data"], short(each["reason"])] for each in left]]
`;
const told = (script: string) =>
  call<[string[], [string, boolean, string][]]>(`${project}print(json.dumps(${script}))`);

describe("files that a project writes", () => {
  it("are taken where a directory of the checkout holds no source code", () => {
    expect(told(`told(mount(move.tree + "/uploads", "/uploads"))`)).toEqual([["uploads"], []]);
  });

  it("are data that would stay where the directory lies outside of the project (R67)", () => {
    const [taken, left] = told(`told(mount(outside, "/media"))`);
    expect(taken).toEqual([]);
    expect(left).toEqual([
      [
        "ROOT/srv/media",
        true,
        "mounted by web at /media, is a directory outside of the project; name it in its files: [/media]",
      ],
    ]);
  });

  it("are taken from outside of the project once they are declared", () => {
    const declared = `move.files = ["/media"]\nprint(json.dumps(told(mount(outside, "/media"))))`;
    expect(call(`${project}${declared}`)).toEqual([["media"], []]);
  });

  it("are data that would stay where they lie among source code", () => {
    const [taken, [left]] = told(`told(mount(move.tree, "/var/www"))`);
    expect(taken).toEqual([]);
    expect(left!.slice(0, 2)).toEqual(["TREE", true]);
    expect(left![2]).toContain(
      "holds what no commit has: data/, uploads/sent, wp-content/uploads/; have",
    );
    const declared = `move.files = ["/var/www/wp-content/uploads", "/var/www/data", "/var/www/uploads"]
print(json.dumps(told(mount(move.tree, "/var/www"))))`;
    expect(call(`${project}${declared}`)).toEqual([
      ["var-www-data", "var-www-uploads", "var-www-wp-content-uploads"],
      [],
    ]);
    expect(told(`told(mount(move.tree + "/config", "/config"))`)).toEqual([[], []]);
  });

  it("are data that would stay where a single file is mounted, or a link", () => {
    const file = told(`told(mount(move.tree + "/data/shop.sqlite", "/app/shop.sqlite"))`)[1];
    expect(file[0]!.slice(0, 2)).toEqual(["TREE/data/shop.sqlite", true]);
    expect(file[0]![2]).toContain("is a single file that no commit has");
    const none = ["/index.php", "/.env", "/gone"].map(
      (each) => `mount(move.tree + "${each}", "/x")`,
    );
    expect(
      told(`told(${none.join(", ")}, mount("/run/docker.sock", "/run/docker.sock"))`)[1],
    ).toEqual([]);
    const link = `os.symlink(outside, move.tree + "/media")
print(json.dumps(told(mount(move.tree + "/media", "/media"))))`;
    const [, [left]] = call<[string[], [string, boolean, string][]]>(`${project}${link}`);
    expect(left!.slice(0, 2)).toEqual(["TREE/media", true]);
  });

  it("may stay where nobody needs them, or the project makes them anew", () => {
    const excluded = `move.exclude = {"web": "made from the archive"}
print(json.dumps(told(mount(outside, "/media"))))`;
    expect(call(`${project}${excluded}`)).toEqual([
      [],
      [["ROOT/srv/media", false, "made from the archive"]],
    ]);
    expect(told(`told(mount(outside, "/app/cache"))`)[1]).toEqual([
      ["ROOT/srv/media", false, "the project makes it anew"],
    ]);
  });

  it("have a name of their own where a volume has the same", () => {
    const both = `
trees.files.volumes = lambda names: {"shop_uploads": type("V", (), {"name": "shop_uploads", "called": "uploads", "place": outside, "home": outside, "anonymous": False})}
print(json.dumps(told(mount(move.tree + "/uploads", "/own"), {**mount("shop_uploads", "/media"), "kind": "volume"})))`;
    expect(call(`${project}${both}`)).toEqual([["checkout-uploads", "uploads"], []]);
  });
});

describe("what is a database's own", () => {
  const without = (trees: object, owned: readonly string[], files: readonly string[] = []) =>
    call<Record<string, string> | string>(`
import ground, os, own, tempfile
root = tempfile.mkdtemp(dir=move.root)
for each in json.loads(${JSON.stringify(JSON.stringify(files))}):
    os.makedirs(os.path.dirname(root + each), exist_ok=True)
    open(root + each, "w").close()
found = {name: root + place for name, place in json.loads(${JSON.stringify(JSON.stringify(trees))}).items()}
try:
    left = own.without(found, {root + each for each in ${JSON.stringify(owned)}})
    print(json.dumps({name: place.replace(root, "") for name, place in left.items()}))
except ground.Refused as problem:
    print(json.dumps(str(problem).replace(root, "")))`);

  it("is in no tree, whoever else mounts it", () => {
    expect(without({ pgdata: "/pg", media: "/media" }, ["/pg"])).toEqual({ media: "/media" });
    expect(without({ pgdata: "/pg", inside: "/pg/base" }, ["/pg"])).toEqual({});
    const put = ["/pg/data/PG_VERSION", "/pg/data.berth-aside/PG_VERSION", "/pg/lost+found/x"];
    expect(without({ pgdata: "/pg" }, ["/pg/data"], put)).toEqual({});
  });

  it("lies in no tree beside what is somebody else's", () => {
    expect(without({ all: "/all" }, ["/all/pg"], ["/all/pg/PG_VERSION", "/all/film"])).toBe(
      "files all: /all holds what is a database's own (/all/pg) beside film; mount each apart",
    );
  });

  it("is found where the server says, and its sockets by either name", () => {
    const said = call<string[]>(`
import own
class Container:
    service = "db"
    mounts = [{"Source": "/v/pg", "Destination": "/pgdata"}, {"Source": "/v/sock", "Destination": "/run/postgresql"}, {"Source": "/v/none", "Destination": "/var/lib/postgresql/data"}, {"Source": "/v/other", "Destination": "/other"}]
class Server:
    container, known = Container, {"data": "/pgdata/17", "sockets": ["/var/run/postgresql"]}
own.databases = lambda there: [("postgres", Container)]
own.servers = lambda move: {"db": Server}
print(json.dumps(sorted(own.places(move, []))))`);
    expect(said).toEqual(["/v/none", "/v/pg/17", "/v/sock"]);
  });
});

describe("a volume that Docker mounts from elsewhere", () => {
  /** The place of a path in a container, and in which trees its volume is, where Docker says so of the volume. */
  const place = (options: object) =>
    call<[string, string[], unknown[]]>(`
import cluster, databases, engine, ground, docker, trees
volume = {"Name": "shop_media", "Labels": {"com.docker.compose.volume": "media"}, "Mountpoint": "/v/shop_media/_data", "Options": ${JSON.stringify(options)}}
engine.volume = lambda name: volume
databases.volume.cache_clear()
class Container:
    service, oneoff = "web", False
    mounts = [{"Type": "volume", "Name": "shop_media", "Source": "/v/shop_media/_data", "Destination": "/media"}]
cluster.os.path.realpath = lambda path: path
try:
    found = cluster.outside(databases.at_home(Container), "/media/a")
except ground.Refused as problem:
    found = str(problem)
trees.containers = lambda project: [Container]
trees.files.volumes = lambda names: {"shop_media": docker.Volume(volume)}
trees.databases = lambda there: []
trees.own.places = lambda move, there: set()
trees.tracked = lambda move: set()
move.delivered = lambda: {"project": "shop", "mounts": [], "commit": "c", "acting": None}
known, left = trees.trees_of(move)
print(json.dumps([found, [each["place"] for each in known], [[each["what"], each["data"]] for each in left]]))`);

  it("is where its files are while nothing runs", () => {
    expect(place({})).toEqual(["/v/shop_media/_data/a", ["/v/shop_media/_data"], []]);
    expect(place({ type: "none", o: "bind", device: "/mnt/media" })).toEqual([
      "/mnt/media/a",
      ["/mnt/media"],
      [],
    ]);
  });

  it("does not move where that is on no disk of the machine", () => {
    const [found, trees, left] = place({ type: "nfs", o: "addr=nas", device: ":/media" });
    expect(found).toContain("is on :/media, which is there only while the container runs");
    expect([trees, left]).toEqual([[], [["volume media", true]]]);
  });
});
