import { spawn, type ChildProcessByStdio } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

import { cloudPathsIn, type CloudPaths } from "../../cloud/paths";
import { ensureStacks, stackNames } from "../../cloud/stacks";

let scratch: string;
let project: string;
let paths: CloudPaths;
beforeEach(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "berth-stacks-"));
  project = path.join(scratch, "project");
  paths = cloudPathsIn(path.join(scratch, "cloud"), "test");
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

it("ends the programs of a dead engine, and none that an engine runs through a shell", async () => {
  ensureStacks(paths, project, 4000);
  const locks = path.join(paths.state, ".pulumi", "locks");
  fs.mkdirSync(locks);
  const lock = { pid: 2 ** 31 - 1, hostname: os.hostname() };
  fs.writeFileSync(path.join(locks, "dead.json"), JSON.stringify(lock));
  // Says what it is told, and is called like the program of a stack.
  const program = ["-e", "process.stdin.pipe(process.stdout)", "@pulumi/pulumi/cmd/run"];
  const PROGRAM = [process.execPath, ...program].join("\n");
  const env = { ...process.env, PROGRAM, PULUMI_BACKEND_URL: pathToFileURL(paths.state).href };
  const stdio = ["pipe", "pipe", "ignore"] as ["pipe", "pipe", "ignore"];
  const orphan = spawn(process.execPath, program, { env, stdio });
  const shells = ["-c", `sh -c "IFS='\n'; "'$PROGRAM; :'; :`];
  const attended = spawn("sh", shells, { argv0: "pulumi", env, stdio });
  try {
    expect(await Promise.all([answer(orphan), answer(attended)])).toEqual(["hello", "hello"]);
    ensureStacks(paths, project, 4000);
    // Nothing is ended where there is no /proc to find it in.
    expect(await answer(orphan)).toBe(process.platform === "linux" ? "nothing" : "hello");
    expect(await answer(attended)).toBe("hello");
  } finally {
    for (const { stdin } of [orphan, attended]) stdin.end();
  }
});

/** What a process answers to "hello"; "nothing" from one that has ended. */
function answer(child: ChildProcessByStdio<Writable, Readable, null>): Promise<string> {
  return new Promise((resolve) => {
    child.stdin.on("error", () => undefined);
    child.stdout.once("data", (data: Buffer) => resolve(data.toString()));
    child.stdout.once("close", () => resolve("nothing"));
    if (child.stdout.destroyed) resolve("nothing");
    child.stdin.write("hello");
  });
}
