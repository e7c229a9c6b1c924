/**
 * A host's disk: an overlay layer of its own above the template, and beside it the directories
 * that hold Docker's data. A snapshot is a copy of them.
 */

import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cgroupsAt } from "./supervisor";
import { type BootFile, firstBootFiles } from "./first-boot";
import { fileNameOf, hostDirectory, type Layout, snapshotDirectory } from "./layout";
import { run, waitUntil } from "./process";
import type { HostSpec } from "./spec";
import type { Template } from "./template";

const parts = ["upper", "docker", "containerd"] as const;

/** What is kept about a host beside its disk. */
export interface HostRecord {
  readonly spec: HostSpec;
  /** Layers below the host's own, topmost first. */
  readonly lower: readonly string[];
}

/** What is kept about a snapshot beside its disk. */
export interface SnapshotRecord {
  readonly id: string;
  readonly of: HostSpec;
  readonly lower: readonly string[];
}

/** The layers that a host starts from. */
export function layersOf(template: Template, spec: HostSpec): string[] {
  return spec.docker === false ? [template.base] : [template.docker, template.base];
}

/** What a new disk begins with. */
export interface DiskStart {
  /** Layers below its own. */
  readonly lower: readonly string[];
  /** The snapshot that it is a copy of. */
  readonly snapshotId?: string | undefined;
  /** What the host asks for names: its resolv.conf. */
  readonly resolver: string;
  /** What the cloud's images bring beside. */
  readonly files: readonly BootFile[];
  /** Further lines of the host's own list of names. */
  readonly names?: readonly string[];
  /** Authorities (PEM) that it trusts beside those of its template. */
  readonly authorities?: readonly string[];
}

/**
 * Prepares the disk of a new host: empty, or a copy of a snapshot's. Half-made hosts have no
 * record and are removed by the next `recover`. Refuses an id that exists.
 */
export async function prepareDisk(
  layout: Layout,
  spec: HostSpec,
  { lower, snapshotId, resolver, files, names, authorities = [] }: DiskStart,
): Promise<void> {
  const directory = hostDirectory(layout, spec.id);
  if (existsSync(directory)) throw new Error(`host ${spec.id} exists already`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const part of [...parts, "work", "root"]) await mkdir(join(directory, part));
  if (snapshotId !== undefined) {
    await copyParts(snapshotDirectory(layout, snapshotId), directory);
  }
  const root = join(directory, "upper");
  const trusted = trustFiles(authorities, [root, ...lower]);
  for (const file of [...firstBootFiles(spec, resolver, names), ...files, ...trusted]) {
    const path = join(root, file.path);
    await mkdir(dirname(path), { recursive: true });
    // What a clone's original deleted is a character device here, not a file to write to.
    await rm(path, { force: true });
    await writeFile(path, file.content, { mode: file.mode });
    await chmod(path, file.mode);
  }
  await writeFile(join(directory, "console.log"), "");
  await writeRecord(layout, { spec, lower });
}

/** The list that programs trust, longer by some, and what has the next `update-ca-certificates` keep those. */
function trustFiles(authorities: readonly string[], layers: readonly string[]): BootFile[] {
  if (authorities.length === 0) return [];
  const list = "etc/ssl/certs/ca-certificates.crt";
  const from = layers.map((layer) => join(layer, list)).find((file) => existsSync(file));
  const before = from === undefined ? "" : readFileSync(from, "utf8");
  const added = authorities.filter((authority) => !before.includes(authority.trim()));
  return [
    { path: list, content: [before, ...added].join(""), mode: 0o644 },
    ...authorities.map((content, index) => ({
      ...{ path: `usr/local/share/ca-certificates/local-cloud-${index}.crt`, content, mode: 0o644 },
    })),
  ];
}

/** Records a host as it is now; the file appears whole or not at all. */
export async function writeRecord(layout: Layout, record: HostRecord): Promise<void> {
  const file = join(hostDirectory(layout, record.spec.id), "host.json");
  await writeFile(`${file}.new`, JSON.stringify(record, undefined, 1), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Every host on record, in the order of their ids; half-made ones are not. */
export async function readRecords(layout: Layout): Promise<HostRecord[]> {
  const machines = join(layout.home, "machines");
  if (!existsSync(machines)) return [];
  const records: HostRecord[] = [];
  for (const name of (await readdir(machines)).sort()) {
    const file = join(machines, name, "host.json");
    if (existsSync(file)) records.push(JSON.parse(readFileSync(file, "utf8")) as HostRecord);
  }
  return records;
}

/** Directories below `machines` and `snapshots` that no record makes a host or a snapshot. */
export async function halfMade(layout: Layout): Promise<string[]> {
  const found: string[] = [];
  for (const [folder, record] of [
    ["machines", "host.json"],
    ["snapshots", "snapshot.json"],
  ] as const) {
    const path = join(layout.home, folder);
    if (!existsSync(path)) continue;
    for (const name of await readdir(path)) {
      if (!existsSync(join(path, name, record))) found.push(join(path, name));
    }
  }
  return found;
}

/** Removes a host's directory; the record goes first, so that a cut leaves a half-made host. */
export async function removeDisk(directory: string): Promise<void> {
  await rm(join(directory, "host.json"), { force: true });
  await rm(join(directory, "snapshot.json"), { force: true });
  await rm(directory, { recursive: true, force: true });
}

/** Copies a host's disk to a snapshot. A running host is frozen meanwhile: nothing is half-written. */
export async function takeSnapshot(
  layout: Layout,
  record: HostRecord,
  snapshotId: string,
): Promise<void> {
  const directory = snapshotDirectory(layout, snapshotId);
  if (existsSync(directory)) throw new Error(`snapshot ${snapshotId} exists already`);
  await mkdir(directory, { recursive: true });
  const thaw = await freeze(layout, record.spec.id);
  try {
    await copyParts(hostDirectory(layout, record.spec.id), directory);
  } finally {
    await thaw();
  }
  const snapshot: SnapshotRecord = { id: snapshotId, of: record.spec, lower: record.lower };
  await writeFile(join(directory, "snapshot.json"), JSON.stringify(snapshot), { mode: 0o600 });
}

/** A snapshot's record. Refuses an id that no snapshot has. */
export function readSnapshot(layout: Layout, snapshotId: string): SnapshotRecord {
  const file = join(snapshotDirectory(layout, snapshotId), "snapshot.json");
  if (!existsSync(file)) throw new Error(`snapshot ${snapshotId} does not exist`);
  return JSON.parse(readFileSync(file, "utf8")) as SnapshotRecord;
}

async function copyParts(from: string, to: string): Promise<void> {
  // Archive mode keeps what overlays are made of: extended attributes and whiteout devices.
  const sources = parts.map((part) => join(from, part));
  await run(["cp", "--archive", "--reflink=auto", "--one-file-system", ...sources, to]);
}

/** Stops a host's processes where they are; the answer lets them go on. */
async function freeze(layout: Layout, id: string): Promise<() => Promise<void>> {
  const groups = cgroupsAt(`${layout.cgroup}/${fileNameOf(id)}`);
  const first = groups.find((group) => existsSync(join(group, "freezer.state")));
  if (first !== undefined) {
    const file = join(first, "freezer.state");
    await writeFile(file, "FROZEN");
    await waitUntil(() => readFileSync(file, "utf8").trim() === "FROZEN", 5_000);
    return () => writeFile(file, "THAWED");
  }
  const second = groups.find((group) => existsSync(join(group, "cgroup.freeze")));
  if (second === undefined) return () => Promise.resolve();
  const events = join(second, "cgroup.events");
  await writeFile(join(second, "cgroup.freeze"), "1");
  await waitUntil(() => readFileSync(events, "utf8").includes("frozen 1"), 5_000);
  return () => writeFile(join(second, "cgroup.freeze"), "0");
}
