import { describe, expect, it } from "vitest";

import { call } from "./move-call";

/** A machine that a project left: its data directory, as a server that followed left it, and Docker without a container. */
const machine = `
import os, struct, tempfile, cluster, left, removal
class Fake: service, status = "db", "exited"
left.containers, left.say = (lambda project: [Fake]), (lambda text: None)
data = tempfile.mkdtemp(dir=move.root) + "/_data"
os.mkdir(data)
os.mkdir(data + "/global")
def wrote(state=2, checkpoint=0x1000028, timeline=2, system=7 << 32):
    with open(data + "/global/pg_control", "wb") as file:
        file.write(struct.pack("<QIIi4xqQQI", system, 1700, 0, state, 0, checkpoint, 0, timeline))
move.delivered = lambda: {"project": "shop", "mounts": [], "commit": "c", "acting": None}
removed = []
removal.remove = lambda project: removed.append(project)
def refused(act):
    try: act()
    except left.Refused as problem: return str(problem)
os.makedirs(move.state, exist_ok=True)
move.drop(left.FILE, "phase.json")
move.keep("journal.json", {"move": "m", "to": "prod-b"})
wrote()
cluster.fence(data)
left.note(move, {"db": data})
`;

describe("what a move has left on a machine", () => {
  it("goes aside once, whole, and the next server begins empty in its place", () => {
    const said = call<Record<string, unknown>>(`${machine}
before = left.told(move)
os.chmod(data, 0o700)
answer = left.make_room(move)
again = left.make_room(move)
place = answer["aside"][0]
print(json.dumps({"before": {**before, "bytes": before["bytes"] > 0}, "same": again == answer, "named": place.startswith(data + ".berth-moved-"),
  "whole": sorted(os.listdir(place)), "empty": os.listdir(data), "mode": oct(os.stat(data).st_mode & 0o777), "after": left.told(move)["services"],
  "removed": removed}))`);
    expect(said).toMatchObject({
      before: { to: "prod-b", services: ["db"], problem: null, aside: [], bytes: true },
      ...{ same: true, named: true, whole: ["global", "standby.signal"], empty: [] },
      ...{ mode: "0o700", after: [], removed: ["shop"] },
    });
  });

  it.each([
    ["it was opened", "cluster.unfence(data)", "standby.signal is gone"],
    ["it served since", "wrote(state=1, checkpoint=0x2000028)", "its state is shut down and was"],
    ["it went on", "wrote(checkpoint=0x2000028)", "its position is 0/2000028 and was 0/1000028"],
    ["it was promoted", "wrote(timeline=3)", "its timeline is 3 and was 2"],
    ["it is another server", "wrote(system=8 << 32)", "its system is"],
    ["it is gone", "os.rename(data, data + '.other')", "it is gone"],
  ])("stays where it is, and nothing is copied over it, where %s", (_, what, why) => {
    const [problem, told, removed, at] = call<[string, string, unknown[], boolean]>(`${machine}
there = sorted(os.listdir(os.path.dirname(data)))
${what}
there = sorted(os.listdir(os.path.dirname(data)))
said = refused(lambda: left.make_room(move))
print(json.dumps([said, left.told(move)["problem"], removed, there == sorted(os.listdir(os.path.dirname(data)))]))`);
    expect(problem).toContain(why);
    expect(told).toBe(problem);
    expect(removed).toEqual([]);
    expect(at).toBe(true);
  });

  it("may be cleared away by who looked at it, and then comes what comes", () => {
    const said = call<unknown[]>(`${machine}
cluster.unfence(data)
os.rename(data, data + ".mine")
os.mkdir(data)
told = left.told(move)["problem"]
left.make_room(move)
print(json.dumps([told, os.listdir(data), sorted(os.listdir(data + ".mine"))]))`);
    expect(said).toEqual([null, [], ["global"]]);
  });

  it("counts as it was left while somebody reads it, and is looked at once more when that ended", () => {
    const [told, problem] = call<[string | null, string]>(`${machine}
Fake.status = "running"
wrote(state=5, checkpoint=0x1800028)
told = left.told(move)["problem"]
def ends(project):
    Fake.status = "exited"
    wrote(state=1, checkpoint=0x1800028)
removal.remove = ends
print(json.dumps([told, refused(lambda: left.make_room(move))]))`);
    expect(told).toBeNull();
    expect(problem).toContain("its state is shut down and was shut down in recovery");
  });

  it("goes on where that was cut off between the two directories", () => {
    const [empty, places] = call<[string[], number]>(`${machine}
mkdir = left.empty
def cut(*_): raise KeyboardInterrupt
left.empty = cut
try: left.make_room(move)
except KeyboardInterrupt: pass
left.empty = mkdir
assert left.told(move)["problem"] is None
answer = left.make_room(move)
print(json.dumps([os.listdir(data), len(answer["aside"])]))`);
    expect([empty, places]).toEqual([[], 1]);
  });

  it("is no data of its own by backups of before, and is by one since, or once the project is back", () => {
    const said = call<boolean[]>(`${machine}
folder = os.path.join(move.root, "var/lib/berth/backups", move.slug)
os.makedirs(folder, exist_ok=True)
def backed(**status):
    with open(folder + "/status.json", "w") as file: file.write(json.dumps(status))
    return left.served_since(move)
said = [backed(claimed=True, lastTaken={"at": "2020-01-01T02:00:00Z"}), backed(claimed=True), backed(claimed=True, lastTaken={"at": "2999-01-01T02:00:00Z"})]
backed(claimed=True, lastTaken={"at": "2020-01-01T02:00:00Z"})
left.over(move)
said += [left.served_since(move), left.told(move)]
move.drop(left.FILE)
said += [left.served_since(move), backed(claimed=False)]
os.remove(folder + "/status.json")
print(json.dumps(said))`);
    expect(said).toEqual([false, false, true, true, null, true, false]);
  });
});
