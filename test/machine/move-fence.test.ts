import { describe, expect, it } from "vitest";

import { call } from "./move-call";

describe("a copy that shall serve", () => {
  /** What becomes of one whose log was replayed to a place, where the other machine's ends with a record at 1/100. */
  const at = (place: string) =>
    call<string>(`
import promote, ground
promote.REPLAY = 0
class Server:
    class container: name = "shop-db-1"
    def runs(self): return True
    def ask(self, script): return "${place}"
try:
    promote.replayed({"db": Server()}, {"db": {"position": "1/100"}})
    print(json.dumps("whole"))
except ground.Refused as problem:
    print(json.dumps(str(problem)))`);

  it("has everything that the other machine wrote, and nothing else", () => {
    expect(at("1/178")).toBe("whole");
    expect(at("1/100")).toBe(
      "db: the other machine was sealed at 1/100, and here is 1/100 after 0 s: something is missing",
    );
    expect(at("0/FFFFFFFF")).toContain("something is missing");
    expect(at("1/2000")).toBe(
      "db: the other machine was sealed at 1/100, and here is 1/2000: it wrote after that",
    );
    expect(at("")).toBe("db: follows nothing: somebody promoted it by hand");
  });
});

describe("a machine that shall serve", () => {
  /** What it says to the other one's answer, in which that is in a phase. */
  const promoted = (phase: string, more = "") =>
    call<string>(`
import contextlib, fence, freezing, ground, promote
class Server:
    talking = contextlib.nullcontext
promote.servers = lambda move: {"db": Server}
def replayed(found, asked): raise ground.Failed("would be promoted")
promote.replayed = replayed
move.keep("following.json", {"db": {"phase": "following"}, ${more}})
said = {"phase": "${phase}", "until": 0, "sealed": "2026-11-30T00:00:00Z", "databases": {"db": {"position": "1/100", "timeline": 1}}}
try:
    promote.promote(move, freezing.told(fence, said))
except ground.Stop as problem:
    print(json.dumps(str(problem)))`);

  it("takes what was sealed, and all of it", () => {
    expect(promoted("sealed")).toBe("would be promoted");
    expect(promoted("frozen")).toBe(
      "db: the other machine is not sealed, so it may serve again by itself; first, there: berth-move seal shop",
    );
    expect(promoted("sealed", '"more": {"phase": "following"}')).toBe(
      "more: follows the other machine, and where that one ended is not said",
    );
  });

  it("is never promoted once it renounced, and never renounces once it was promoted", () => {
    call(`
import promote
print(json.dumps(promote.renounce(move)))`);
    expect(promoted("sealed")).toContain("shop: this copy was renounced");
    expect(
      call(`
import ground, promote
move.keep(promote.FILE, {"what": promote.PROMOTED})
try:
    promote.renounce(move)
except ground.Refused as problem:
    print(json.dumps(str(problem)))`),
    ).toContain("was promoted here and serves");
  });
});

describe("a machine that shall be left", () => {
  it("is not frozen once another version was delivered there than the other machine has", () => {
    const said = call<string[]>(`
import freezing, ground, version
class How:
    LONGEST = 600
    def find(move): return {}
    def ready(move, found): raise ground.Refused("is ready")
freezing.databases_of = lambda move: How
current = {"commit": "a" * 40}
move.delivered = lambda: current
move.drop("fence.json", "version.json")
def tried():
    try: freezing.hold(move, 30)
    except ground.Refused as problem: return str(problem)
said = [tried()]
version.note(move)
said.append(tried())
current = {"commit": "b" * 40}
version.note(move)
said.append(tried())
version.end(move)
print(json.dumps([*said, tried()]))`);
    expect(said).toEqual([
      "is ready",
      "is ready",
      "shop: bbbbbbbbbbbb was delivered here since aaaaaaaaaaaa was offered to the other machine, which has that one; give up and begin again: berth migrate shop --abort",
      "is ready",
    ]);
  });
});

describe("what a server wrote down of itself", () => {
  const control = (version: number, state: number) =>
    call<object>(`
import cluster, ground, os, struct, tempfile
data = tempfile.mkdtemp(dir=move.root)
os.mkdir(data + "/global")
open(data + "/global/pg_control", "wb").write(struct.pack("<QIIi4xqQQI", 77, ${version}, 1, ${state}, 0, 0x100000028, 0, 3) + bytes(400))
try:
    said = cluster.ended(data)
    print(json.dumps({"position": said.position, "timeline": said.timeline, "system": said.system}))
except ground.Stop as problem:
    print(json.dumps({"problem": str(problem).replace(data, "")}))`);

  it("is believed where it ended cleanly, and is of a version that is known", () => {
    expect(control(1300, 1)).toEqual({ position: "1/28", timeline: 3, system: "77" });
    expect(control(1800, 1)).toMatchObject({ position: "1/28" });
    expect(control(1300, 6)).toEqual({
      problem: ": the database did not end cleanly, it is 'in production'",
    });
    expect(control(1300, 2)).toHaveProperty("problem");
    expect(control(1002, 1)).toHaveProperty(
      "problem",
      ": its control file is of version 1002, which this program does not know",
    );
  });
});

describe("a freeze that nobody goes on with", () => {
  /** How long its watch let it last, in seconds: `ahead` it ends by the clock, which is set back by `back` at once. */
  const lasted = (ahead: number, back: number) =>
    call<number>(`
import freezing, time, types, watchdog
passed, at = [0.0], time.time()
watchdog.move_of = lambda slug: move
def sleep(seconds): passed[0] += seconds
clock = types.SimpleNamespace(sleep=sleep, monotonic=lambda: passed[0], time=lambda: at - ${back} + passed[0])
import frozen
watchdog.time = frozen.time = clock
freezing.thaw = watchdog.say = lambda _: None
move.keep(frozen.FILE, {"phase": "frozen", "until": at + ${ahead}, "databases": {}})
watchdog.watch("shop")
move.drop(frozen.FILE)
print(json.dumps(round(passed[0])))`);

  it("is undone at its deadline, and after the longest one where the clock was set back", () => {
    expect(lasted(30, 0)).toBe(30);
    expect(lasted(-1, 0)).toBe(0);
    expect(lasted(30, 86_400)).toBe(600);
  });
});

describe("a server's own settings", () => {
  it("keep what is not the move's, and wait for nobody once it follows", () => {
    const said = call<{ text: string; twice: boolean; fenced: boolean[] }>(`
import cluster, os, tempfile
data = tempfile.mkdtemp(dir=move.root)
path = data + "/postgresql.auto.conf"
open(path, "w").write("# keep\\nwork_mem = '8MB'\\nprimary_conninfo = 'host=old'\\nsynchronous_standby_names = 'berth_move_sync'\\n")
lines = {"primary_conninfo": "host=new", "primary_slot_name": "berth_move"}
fenced = [cluster.is_fenced(data)]
cluster.set_follows(data, lines)
text = open(path).read()
cluster.set_follows(data, lines)
cluster.fence(data)
cluster.fence(data)
fenced += [cluster.follows(data, lines)]
cluster.unfence(data)
cluster.unfence(data)
fenced += [cluster.is_fenced(data)]
print(json.dumps({"text": text, "twice": open(path).read() == text, "fenced": fenced}))`);
    expect(said).toEqual({
      text: "# keep\nwork_mem = '8MB'\nprimary_conninfo = 'host=new'\nprimary_slot_name = 'berth_move'\n",
      twice: true,
      fenced: [false, true, false],
    });
  });

  it("let the other machine in before whatever else they say, and not any more afterwards", () => {
    const [opened, closed, ...same] = call<(string | boolean)[]>(`
import cluster, door, os, tempfile
path = tempfile.mkdtemp(dir=move.root) + "/pg_hba.conf"
open(path, "w").write("local all all trust\\nhost all all all reject\\n")
cluster.outside = lambda container, hba: hba
door.network = lambda server: ("shop_default", "172.18.0.1")
class Server:
    class container: mounts = []
    service = "db"
    def ask(self, script): pass
def told():
    said = []
    for act in (door.open_to, door.open_to, door.close, door.close):
        act(Server(), path)
        said.append(open(path).read())
    assert said[0] == said[1] and said[2] == said[3]
    return [said[1], said[3]]
first = told()
Server.container.mounts = [{"Source": path}]
before = os.stat(path).st_ino
second = told()
print(json.dumps([*first, second == first, os.stat(path).st_ino == before]))`);
    // A file that is mounted alone stays the one that the server has.
    expect(same).toEqual([true, true]);
    expect(String(opened).split("\n")).toEqual([
      "# Berth moves this project: begin",
      "host replication berth_move 172.18.0.1/32 scram-sha-256",
      "# Berth moves this project: end",
      "local all all trust",
      "host all all all reject",
      "",
    ]);
    expect(closed).toBe("local all all trust\nhost all all all reject\n");
  });
});

describe("a base copy", () => {
  it("is not made anew when whoever asked for it was gone at its end", () => {
    const [copies, phase] = call<[number, string]>(`
import standby
copies = 0
def copied(*_):
    global copies
    copies += 1
def said(text):
    if "copied in" in text: raise BrokenPipeError
class Container: id, name = "c", "shop-db-1"
class Server:
    service, data, container = "db", move.root, Container
    def runs(self): return True
standby.copying.copy, standby.say, standby.leads = copied, said, lambda *_: None
standby.copying.place, standby.writers.stop = (lambda *_: None), (lambda *_: None)
standby.settled = lambda *_: True
move.drop(standby.FILE)
offer = {"system": "1", "bytes": 1, "slot": "s"}
try: standby.begin(move, {}, Server(), offer)
except BrokenPipeError: pass
standby.begin(move, {}, Server(), offer)
kept = move.kept(standby.FILE)
move.drop(standby.FILE)
print(json.dumps([copies, kept["db"]["phase"]]))`);
    expect([copies, phase]).toEqual([1, "following"]);
  });
});

describe("what is on a machine already", () => {
  /** `here` and `there`: when the servers' data was begun; `claimed`: this machine backs up data of its own. */
  const problems = (here: number, there: number, claimed = false, blank = false) =>
    call<string[]>(`
import json as j, os, untouched
class Control: system = str(${here} << 32)
untouched.cluster.Control = lambda data: Control
class Server:
    service, data = "db", move.root
for folder in (move.site, os.path.join(move.root, "var/lib/berth/backups", move.slug)):
    os.makedirs(folder, exist_ok=True)
j.dump({"claimed": ${claimed ? "True" : "False"}}, open(os.path.join(move.root, "var/lib/berth/backups", move.slug, "status.json"), "w"))
marker = os.path.join(move.site, "blank")
if ${blank ? "True" : "False"}: open(marker, "w").close()
elif os.path.exists(marker): os.remove(marker)
print(json.dumps(list(untouched.problems(move, Server(), {"system": str(${there} << 32)}))))`);

  it("may be put aside where it never was the project's data", () => {
    expect(problems(2_000, 1_000)).toEqual([]);
    expect(problems(1_000, 2_000)).toEqual([
      expect.stringContaining("its data here is older than that of the other machine"),
    ]);
    expect(problems(1_000, 1_000)).toEqual([
      expect.stringContaining("has a copy of that server's data already"),
    ]);
    expect(problems(2_000, 1_000, true)).toEqual([
      expect.stringContaining("backs up data of its own for shop"),
    ]);
    expect(problems(1_000, 2_000, false, true)).toEqual([]);
  });

  it("is in nobody's way where somebody cleared it", () => {
    const said = call<string[]>(`
import os, tempfile, untouched
class Server: service, data = "db", tempfile.mkdtemp(dir=move.root)
print(json.dumps(list(untouched.problems(move, Server, {"system": "1"}))))`);
    expect(said).toEqual([]);
  });

  it("stays where this machine backs it up, though it came up without data once", () => {
    expect(problems(2_000, 1_000, true, true)).toEqual([
      expect.stringContaining("backs up data of its own for shop"),
    ]);
  });
});
