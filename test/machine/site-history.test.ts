import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let root: string;
beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), "berth-history-"))));
afterEach(() => fs.rmSync(root, { recursive: true }));

/** `A`: delivered; `<A`: gone back to; `!A`: failed; `A1`: built anew. The last that was well runs. Answers the way back. */
function wayBack(...happened: string[]): string[] {
  const state = path.join(root, "var/lib/berth/sites/shop");
  fs.mkdirSync(state, { recursive: true });
  const entries = happened.map((each) => {
    const [, sign, commit, build] = /^([<!]?)([A-Z])(\d?)$/.exec(each)!;
    return {
      ...{ commit, build: Number(build), action: sign === "<" ? "rollback" : "deploy" },
      verdict: sign === "!" ? "restored" : "delivered",
    };
  });
  const lines = entries.map((each) => `${JSON.stringify(each)}\n`).join("");
  fs.writeFileSync(path.join(state, "history.jsonl"), lines);
  const runs = entries.findLast(({ verdict }) => verdict === "delivered");
  fs.writeFileSync(path.join(state, "current"), JSON.stringify(runs));
  const script = `import sys, json
sys.path.insert(0, "components/machine/files/site")
import history, types
from ground import Places
print(json.dumps([f"{commit}{build or ''}" for commit, build in history.way_back(types.SimpleNamespace(places=Places("shop", sys.argv[1])))]))`;
  const done = spawnSync("python3", ["-I", "-B", "-c", script, root]);
  expect(done.stderr.toString()).toBe("");
  return JSON.parse(done.stdout.toString()) as string[];
}

describe("a delivery that is begun right after another", () => {
  /** What it is told while the other's unit is still there for this many looks. */
  const told = (ended: boolean, looks: number) => {
    const script = `import sys, json, os, types
sys.path.insert(0, "components/machine/files/site")
import detached
from ground import Places
places = Places("shop", sys.argv[1])
os.makedirs(places.state, exist_ok=True)
with open(places.of("delivery.log"), "w") as log: log.write("# one by ana since now\\n")
with open(places.of("outcome"), "w") as outcome: json.dump({"key": sys.argv[2], "code": 1}, outcome)
looks = int(sys.argv[3])
def running(site):
    global looks
    looks -= 1
    return looks >= 0
detached.running = running
detached.time = types.SimpleNamespace(monotonic=iter(range(1000)).__next__, sleep=lambda seconds: None)
try:
    detached.busy(types.SimpleNamespace(slug="shop", places=places))
    print(json.dumps("begins"))
except detached.Refused as problem:
    print(json.dumps(str(problem)))`;
    const key = ended ? "one" : "before";
    const done = spawnSync("python3", ["-I", "-B", "-c", script, root, key, String(looks)]);
    expect(done.stderr.toString()).toBe("");
    return JSON.parse(done.stdout.toString()) as string;
  };

  it("waits for the end of one that has said how it ended, and is refused beside one that has not", () => {
    expect(told(true, 5)).toBe("begins");
    expect(told(true, 500)).toContain("a delivery is at work already");
    expect(told(false, 5)).toContain("a delivery is at work already (one by ana since now)");
  });
});

describe("the way back of a site", () => {
  it("is what ran before, newest first", () => {
    expect(wayBack("A", "B", "C")).toEqual(["B", "A"]);
    expect(wayBack("A", "!B", "C")).toEqual(["A"]);
    expect(wayBack("A", "A1")).toEqual(["A"]);
    expect(wayBack("A")).toEqual([]);
  });

  it("leads further back once it was gone, and never to what was left by it", () => {
    expect(wayBack("A", "B", "C", "<B")).toEqual(["A"]);
    expect(wayBack("A", "B", "C", "<B", "<A")).toEqual([]);
    expect(wayBack("A", "B", "C", "<B", "D")).toEqual(["B", "A"]);
    expect(wayBack("A", "B", "C", "<A", "C")).toEqual(["A"]);
  });
});
