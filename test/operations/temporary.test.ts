import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { numberedIn } from "../../operations/ground/alive";
import { sessionDirectory } from "../../operations/ground/temporary";

let parent: string;
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), "berth-test-"));
  vi.stubEnv("TMPDIR", parent);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  fs.rmSync(parent, { recursive: true });
});

it("leaves what somebody else made", () => {
  const { pid: gone } = spawnSync("true");
  const name = `berth-ssh-${numberedIn()}-${gone}-abcdef`;
  fs.mkdirSync(path.join(parent, name));
  vi.spyOn(process, "getuid").mockReturnValue(4711);
  sessionDirectory();
  expect(fs.readdirSync(parent)).toContain(name);
});

it("clears what killed processes left, and nothing that is in use", () => {
  const { pid: gone } = spawnSync("true");
  const left = path.join(parent, `berth-ssh-${numberedIn()}-${gone}-abcdef`);
  fs.mkdirSync(left);
  fs.writeFileSync(path.join(left, "known_hosts"), "x");
  const others = [
    `berth-ssh-${numberedIn()}-1-abcdef`,
    // A process of another container that shares the directory may have this number.
    `berth-ssh-4026539999-${gone}-abcdef`,
    "berth-review-abcdef",
  ];
  for (const name of others) fs.mkdirSync(path.join(parent, name));
  const first = sessionDirectory();
  const second = sessionDirectory();
  const names = [first, second].map((each) => path.basename(each));
  expect(fs.readdirSync(parent).sort()).toEqual([...others, ...names].sort());
  expect(fs.statSync(first).mode & 0o077).toBe(0);
});
