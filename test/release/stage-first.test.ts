import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { berth, contextOf } from "../../operations/berth";
import { orderOf } from "../../operations/release/order";

let clone: string;
let bin: string;
let said: string;
beforeEach(() => {
  clone = fs.mkdtempSync(path.join(os.tmpdir(), "berth-release-"));
  bin = path.join(clone, ".git", "bin");
  git("init", "-q", "-b", "master");
  fs.mkdirSync(bin);
  commit("first");
  git("branch", "develop");
});
afterEach(() => fs.rmSync(clone, { recursive: true }));

function git(...argv: string[]): string {
  const person = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"];
  return execFileSync("git", [...person, ...argv], { cwd: clone, encoding: "utf8" }).trim();
}
function commit(message: string): string {
  git("commit", "-q", "--allow-empty", "-m", message);
  return git("rev-parse", "HEAD");
}
function onDevelop(message: string): string {
  git("checkout", "-q", "develop");
  const made = commit(message);
  git("checkout", "-q", "master");
  return made;
}
const merge = () => git("merge", "-q", "--no-ff", "-m", "Release", "develop");

const update = (commitHash: string, result = "succeeded", more: Record<string, string> = {}) => ({
  kind: "update",
  result,
  environment: { "git.head": commitHash, ...more },
});

/** The gate's exit code; stage's history, newest first, as the engine prints it. */
async function gate(history: unknown, ...argv: string[]): Promise<number> {
  fs.writeFileSync(path.join(bin, "history.json"), JSON.stringify(history));
  const script = `#!/bin/sh\ncat "$(dirname "$0")/history.json"\n`;
  fs.writeFileSync(path.join(bin, "pulumi"), script, { mode: 0o755 });
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  said = "";
  const hear = (text: string) => void (said += text);
  const context = { ...contextOf(clone, env), out: hear, say: hear };
  const words = argv.length > 0 ? argv : ["--branch", "develop"];
  return berth(context, ["stage-first", ...words]);
}

describe("the gate before production", () => {
  it("lets a release follow that stage was deployed with", async () => {
    const released = onDevelop("feature");
    merge();
    expect(await gate([update(released)]), said).toBe(0);
    expect(said).not.toContain("hotfix");
    expect(await gate([update(onDevelop("later"))]), "contained in a later one").toBe(0);
  });

  it("holds a release that stage has not had, or failed with", async () => {
    const before = git("rev-parse", "develop");
    const released = onDevelop("feature");
    merge();
    for (const [history, why] of [
      [[], "never deployed"],
      [[update(before)], "never deployed"],
      [[update(released, "succeeded", { "git.dirty": "true" })], "never deployed"],
      [[{ ...update(released), kind: "destroy" }], "never deployed"],
      [[update(released, "failed"), update(before)], "failed with"],
      [[update(released, "failed"), update(released)], "failed with"],
    ] as const) {
      expect(await gate(history)).toBe(1);
      expect(said).toContain(why);
      expect(said).toContain("Fix: ");
    }
    // What has it in it and failed has not carried it out.
    expect(await gate([update(onDevelop("later"), "failed"), update(before)])).toBe(1);
    expect(said).toContain("never deployed");
  });

  it("lets a hotfix pass while develop is ahead, whatever became of that on stage, and names it", async () => {
    const released = onDevelop("feature");
    merge();
    const ahead = onDevelop("next week's");
    commit("Remove maria");
    for (const history of [
      [update(ahead), update(released)],
      [update(ahead, "failed"), update(released)],
      [update(released)],
    ]) {
      expect(await gate(history), said).toBe(0);
      expect(said).toMatch(/hotfix \(R58\):\n- [0-9a-f]+ Remove maria \(Ana\)/);
      expect(said).not.toContain("next week");
    }
  });

  it("refuses what it cannot tell", async () => {
    expect(await gate("no history")).toBe(1);
    expect(said).toContain("cannot be read");
    expect(await gate([], "--branch", "origin/nowhere")).toBe(1);
    expect(said).toContain("git fetch");
  });
});

describe("the order of a deployment", () => {
  const files = {
    prod: { projects: { a: { servedBy: "prod-c" }, b: {}, c: { servedBy: "prod-b" } } },
    "prod-b": {},
    "prod-c": {},
    "prod-idle": { environment: "prod" },
  };

  it("has host stacks that serve before the environment, and no others", () => {
    expect(orderOf(files, "prod")).toEqual(["prod-b", "prod-c", "prod"]);
    expect(orderOf(files, "prod-b")).toEqual(["prod-b"]);
  });

  it("has a host stack that a project moves to, and none where a service ended", () => {
    const moving = { ...files, prod: { projects: { a: { migration: { to: "prod-c" } } } } };
    expect(orderOf(moving, "prod")).toEqual(["prod-c", "prod"]);
    const ended = { ...files, prod: { projects: { a: { servedBy: "none" } } } };
    expect(orderOf(ended, "prod")).toEqual(["prod"]);
  });

  it("is refused for a stack that has no file", () => {
    expect(() => orderOf(files, "prd")).toThrow(/prod/);
    const missing = { prod: { projects: { a: { servedBy: "gone" } } } };
    expect(() => orderOf(missing, "prod")).toThrow(/names gone/);
  });
});
