import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { deliveryOf } from "../../components/placement/deliveries";

const [running, fresh] = ["a".repeat(40), "b".repeat(40)];

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "berth-tested-"));
  const state = path.join(root, "var/lib/berth/sites/shop");
  fs.mkdirSync(state, { recursive: true });
  fs.writeFileSync(path.join(state, "current"), JSON.stringify({ commit: running }));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

/** What production says against a commit of shop as it is declared, once jobs said that it passed; or to one of them. */
function against(commit: string, environment: "stage" | "prod", more: object, ...jobs: string[]) {
  const about = { slug: "shop", domain: "shop.example", repository: "git@git.example:shop.git" };
  const names = { primary: "shop.example", origin: "o.shop.example", direct: "d.shop.example" };
  const project = { ...about, names, furtherNames: [], ...more };
  const said = deliveryOf(project as unknown as Parameters<typeof deliveryOf>[0], environment);
  const script = `import sys, json, types
sys.path.insert(0, "components/machine/files/site")
import tested
from declared import Site
from deliver import Delivery, Wish
from ground import Refused
said = json.load(sys.stdin)
site = Site("shop", said, sys.argv[1])
try:
    for job in sys.argv[3:]:
        tested.keep(site, job, sys.argv[2])
    repository = types.SimpleNamespace(on_branch=lambda commit: True)
    Delivery.allowed(types.SimpleNamespace(site=site, wish=Wish(reason=said.get("reason", "")), repository=repository), sys.argv[2])
    print(json.dumps(""))
except Refused as problem:
    print(json.dumps(str(problem)))`;
  const done = spawnSync("python3", ["-I", "-B", "-c", script, root, commit, ...jobs], {
    input: JSON.stringify({ ...said, ...more }),
  });
  expect(done.stderr.toString()).toBe("");
  // Before it come lines for people.
  return JSON.parse(done.stdout.toString().trim().split("\n").at(-1)!) as string;
}

const refused = expect.stringContaining("not known to have passed its tests") as string;

describe("production takes a commit whose tests passed, or a reason (R49)", () => {
  it("of a project without jobs as of any other: it takes a reason alone", () => {
    expect(against(fresh, "prod", {})).toEqual(refused);
    expect(against(fresh, "prod", {})).toContain("give --reason, which is kept");
    expect(against(fresh, "prod", { reason: "  " })).toEqual(refused);
    expect(against(fresh, "prod", { reason: "hotfix" })).toBe("");
  });

  it("by the word of any job that has a key, where none of them is on Jenkins", () => {
    const jobs = { jobs: { "shop-ci": "ssh-ed25519 AAAA" } };
    expect(against(fresh, "prod", jobs)).toEqual(refused);
    expect(against(fresh, "prod", jobs)).toContain("have shop-ci say passed b");
    expect(against(fresh, "prod", jobs, "shop-ci")).toBe("");
    expect(against(fresh, "prod", jobs)).toBe("");
    // What is known of one commit says nothing of another.
    expect(against("c".repeat(40), "prod", jobs)).toEqual(refused);
  });

  it("by the word of its own job on Jenkins alone", () => {
    const jenkins = { jenkins: {}, jobs: { "shop-prod": "ssh-ed25519 AAAA" } };
    expect(against(fresh, "prod", jenkins)).toContain("which shop-prod tells");
    const other = against(fresh, "prod", jenkins, "shop-stage");
    expect(other).toContain("is said by the job shop-prod alone");
    expect(against(fresh, "prod", jenkins, "shop-prod")).toBe("");
  });

  it("and what runs there already, so that changed secrets reach it", () => {
    expect(against(running, "prod", {})).toBe("");
  });

  it("and stage takes all", () => {
    expect(against(fresh, "stage", {})).toBe("");
    expect(against(fresh, "stage", {}, "shop-ci")).toContain("tests are nothing");
  });
});
