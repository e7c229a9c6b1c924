import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

import { holder, isRunning, withLock } from "../../ground/lock";

let directory: string;
let file: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-lock-"));
  file = path.join(directory, "work.lock");
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it("lets one run at a time", async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await pause(20);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 5 }, () => withLock(file, work)));
  expect(most).toBe(1);
  expect(fs.readdirSync(directory)).toEqual([]);
});

it("tells whom it waits for, once", async () => {
  const told: number[] = [];
  const first = withLock(file, () => pause(350));
  await withLock(
    file,
    () => Promise.resolve(),
    (pid) => told.push(pid),
  );
  await first;
  expect(told).toEqual([process.pid]);
});

it("is free again when the work fails", async () => {
  await expect(withLock(file, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(fs.existsSync(file)).toBe(false);
});

it.each([
  ["of a process that has ended", { pid: 2 ** 22 + 1, started: "1" }],
  ["of a process whose id was given to another", { pid: process.pid, started: "1" }],
])("takes over the lock %s", async (_, recorded) => {
  fs.writeFileSync(file, JSON.stringify(recorded));
  expect(await withLock(file, () => Promise.resolve("done"))).toBe("done");
});

it("takes over an old lock that cannot be read", async () => {
  fs.writeFileSync(file, "");
  fs.utimesSync(file, 0, 0);
  expect(await withLock(file, () => Promise.resolve("done"))).toBe("done");
});

it("knows this process as running", () => {
  expect(isRunning(holder())).toBe(true);
});
