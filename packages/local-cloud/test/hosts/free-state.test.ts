import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it, vi } from "vitest";
import { freeDirectory } from "../../hosts/free-state";
import { layoutOf } from "../../hosts/layout";

it("a new cloud takes a range of addresses that nothing here uses, and no two take the same", () => {
  const directories = Array.from({ length: 40 }, () => freeDirectory("berth-free-", "state"));
  const ranges = directories.map((directory) => layoutOf(join(directory, "state"), "berth").range);
  for (const directory of directories) rmSync(directory, { recursive: true });
  expect(new Set(ranges).size).toBe(40);
});

it("a new cloud takes over what a killed process claimed, and nothing of another container's", () => {
  const shared = mkdtempSync(join(tmpdir(), "berth-shared-"));
  const { pid: gone } = spawnSync("true");
  const claimBy = (space: string) => {
    for (let number = 0; number < 1024; number++) {
      const range = `10.${64 + (number >> 4)}.${(number & 15) * 16}.0-20`;
      writeFileSync(join(shared, `local-cloud-range-${range}`), `${gone} ${space}`);
    }
  };
  vi.stubEnv("TMPDIR", shared);
  try {
    claimBy("pid:[4026539999]");
    expect(() => freeDirectory("berth-free-", "state")).toThrow("none of 64 ranges");
    claimBy(readlinkSync("/proc/self/ns/pid"));
    expect(freeDirectory("berth-free-", "state")).toContain(shared);
  } finally {
    vi.unstubAllEnvs();
    rmSync(shared, { recursive: true });
  }
});

it("a new cloud leaves a range to whom it belongs where the claim cannot be taken away", () => {
  const shared = mkdtempSync(join(tmpdir(), "berth-shared-"));
  // What another person's file is in a directory of all, a directory is for root too.
  for (let number = 0; number < 1024; number++) {
    mkdirSync(
      join(shared, `local-cloud-range-10.${64 + (number >> 4)}.${(number & 15) * 16}.0-20`),
    );
  }
  vi.stubEnv("TMPDIR", shared);
  try {
    expect(() => freeDirectory("berth-free-", "state")).toThrow("none of 64 ranges");
  } finally {
    vi.unstubAllEnvs();
    rmSync(shared, { recursive: true });
  }
});
