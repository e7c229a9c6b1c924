import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

import { cloudPaths, type CloudPaths } from "../../local/cloud/paths";
import { ensureStacks, stackNames } from "../../local/cloud/stacks";

let scratch: string;
let project: string;
let paths: CloudPaths;
beforeEach(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "berth-stacks-"));
  project = path.join(scratch, "project");
  paths = cloudPaths({ BERTH_LOCAL_DIR: path.join(scratch, "cloud") });
  fs.mkdirSync(project);
  fs.writeFileSync(path.join(project, "Pulumi.yaml"), "name: berth\nruntime: nodejs\n");
  for (const stack of ["stage", "prod-b"]) {
    fs.writeFileSync(path.join(project, `Pulumi.${stack}.yaml`), "config: {}\n");
  }
});
afterEach(() => fs.rmSync(scratch, { recursive: true }));

const stateOf = (stack: string) =>
  path.join(paths.state, ".pulumi", "stacks", "berth", `${stack}.json`);
const addressOf = (stack: string) =>
  /"url":"([^"]*)"/.exec(fs.readFileSync(stateOf(stack), "utf8"))?.[1];

it("finds a stack for every stack file, and none in Pulumi.yaml", () => {
  expect(stackNames(project)).toEqual(["prod-b", "stage"]);
});

it("never touches a state that is there", () => {
  ensureStacks(paths, project, 4000);
  fs.writeFileSync(stateOf("stage"), "deployed");
  ensureStacks(paths, project, 4000);
  expect(fs.readFileSync(stateOf("stage"), "utf8")).toBe("deployed");
});

it("adds a stack whose file came later", () => {
  ensureStacks(paths, project, 4000);
  fs.writeFileSync(path.join(project, "Pulumi.dev.yaml"), "config: {}\n");
  ensureStacks(paths, project, 4000);
  expect(addressOf("dev")).toBe("http://127.0.0.1:4000");
});

it("follows the vault to another port", () => {
  ensureStacks(paths, project, 4000);
  ensureStacks(paths, project, 4001);
  expect(addressOf("stage")).toBe("http://127.0.0.1:4001");
  expect(addressOf("prod-b")).toBe("http://127.0.0.1:4001");
});

it("leaves no drafts", () => {
  ensureStacks(paths, project, 4000);
  ensureStacks(paths, project, 4000);
  expect(fs.readdirSync(path.dirname(stateOf("stage"))).sort()).toEqual([
    "prod-b.json",
    "stage.json",
  ]);
});

it("says which file lacks the project's name", () => {
  fs.writeFileSync(path.join(project, "Pulumi.yaml"), "runtime: nodejs\n");
  expect(() => ensureStacks(paths, project, 4000)).toThrow(/Pulumi\.yaml: name is missing/);
});

it("takes away locks of engines that are no more, and no others", () => {
  ensureStacks(paths, project, 4000);
  const locks = path.join(paths.state, ".pulumi", "locks", "organization", "berth", "stage");
  fs.mkdirSync(locks, { recursive: true });
  const lock = (name: string, pid: number, hostname = os.hostname()) =>
    fs.writeFileSync(path.join(locks, name), JSON.stringify({ pid, hostname }));
  // No system counts processes that far.
  lock("dead.json", 2 ** 31 - 1);
  lock("alive.json", process.pid);
  lock("elsewhere.json", 2 ** 31 - 1, "another-computer");
  fs.writeFileSync(path.join(locks, "begun.json"), "");
  ensureStacks(paths, project, 4000);
  expect(fs.readdirSync(locks)).toEqual(["alive.json", "begun.json", "elsewhere.json"]);
});
