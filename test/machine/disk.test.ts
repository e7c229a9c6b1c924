import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { afterAll, describe, expect, it } from "vitest";

const step = fs.readFileSync("components/machine/steps/disk.sh", "utf8");
const library = fs.readFileSync("components/machine/steps/library.sh", "utf8");
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-disk-"));

/** Sectors of 512 bytes. */
const gb = 1953125;

interface Disk {
  /** GB of the disk, of its root partition and of the file system on that. */
  readonly has: number;
  readonly partition: number;
  readonly fileSystem: number;
  readonly asked?: number;
  /** Whether another partition lies behind the root's. */
  readonly followed?: boolean;
  readonly type?: string;
  readonly source?: string;
  readonly madeByBerth?: boolean;
  readonly check?: boolean;
}

let serial = 0;

/** What the step says and runs on a machine with such a disk, as the kernel and the mounts show it. */
function run(disk: Disk): string[] {
  const sys = path.join(directory, String(++serial));
  const write = (name: string, value: number) => {
    fs.mkdirSync(path.dirname(path.join(sys, name)), { recursive: true });
    fs.writeFileSync(path.join(sys, name), `${Math.round(value)}\n`);
  };
  write("devices/vda/size", disk.has * gb);
  write("devices/vda/vda1/start", 2048);
  write("devices/vda/vda1/size", disk.partition * gb);
  write("devices/vda/vda1/partition", 1);
  if (disk.followed) {
    write("devices/vda/vda2/start", (disk.has - 1) * gb);
    write("devices/vda/vda2/size", gb);
  }
  fs.mkdirSync(path.join(sys, "class/block"), { recursive: true });
  fs.symlinkSync(path.join(sys, "devices/vda/vda1"), path.join(sys, "class/block/vda1"));
  const script = [
    "set -Eeuo pipefail",
    library,
    `CHECK=${disk.check ? "yes" : "no"} MADE_BY_BERTH=${disk.madeByBerth === false ? "no" : "yes"}`,
    `DISK_GB=${disk.asked ?? 50} MANAGE=()`,
    `findmnt() { echo "${disk.source ?? "/dev/vda1"} ${disk.type ?? "ext4"}"; }`,
    `stat() { echo "${(disk.fileSystem * 1e9) / 4000} 4000"; }`,
    ...["growpart", "resize2fs", "xfs_growfs"].map(
      (tool) => `${tool}() { echo "${tool} $*" >&2; }`,
    ),
    step
      .replaceAll("/sys/class/block", path.join(sys, "class/block"))
      .replaceAll(">/dev/null 2>&1", ""),
  ].join("\n");
  const { stdout, stderr } = spawnSync("bash", ["-s"], { input: script, encoding: "utf8" });
  return `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
}

describe("the root file system of a machine that Berth made", () => {
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  it("is left alone where it has the whole disk", () => {
    expect(run({ has: 50, partition: 49.99, fileSystem: 48 })).toEqual([]);
  });

  it("grows with its partition after the disk did", () => {
    expect(run({ has: 150, partition: 50, fileSystem: 49, asked: 150 })).toEqual([
      "changed: disk: 99 GB of it are in no partition",
      "growpart /dev/vda 1",
    ]);
    // The kernel shows the new partition only after growpart; here it is the next run that sees it.
    expect(run({ has: 150, partition: 149.99, fileSystem: 49, asked: 150 })).toEqual([
      "changed: disk: the file system has 49 GB of its partition's 149",
      "resize2fs /dev/vda1",
    ]);
    expect(run({ has: 150, partition: 149.99, fileSystem: 49, type: "xfs" })).toContain(
      "xfs_growfs /",
    );
  });

  it("is only told of in a check", () => {
    const said = run({ has: 150, partition: 149.99, fileSystem: 49, check: true });
    expect(said).toEqual(["drift: disk: the file system has 49 GB of its partition's 149"]);
  });

  it.each<[string, Partial<Disk>]>([
    ["another partition lies behind it", { followed: true }],
    ["it is no partition, as in a container", { source: "overlay" }],
    ["Berth did not make the machine", { madeByBerth: false }],
  ])("is left alone where %s", (_, more) => {
    expect(run({ has: 150, partition: 50, fileSystem: 49, asked: 50, ...more })).toEqual([]);
  });

  it("fails the run where the disk is smaller than declared", () => {
    expect(run({ has: 50, partition: 49.99, fileSystem: 48, asked: 150 })).toEqual([
      "failed: disk: has 50 GB, and 150 GB are declared; see what the provider shows",
    ]);
  });
});
