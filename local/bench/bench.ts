import * as fs from "node:fs";
import * as path from "node:path";

import { ScratchCloud } from "../cloud/scratch";
import { fleetOfNodes } from "./fleets";
import { benchHosts, renderHosts } from "./hosts";
import { unlessStopped } from "./stopping";
import { median, timed, type Timing } from "./timing";

/** Sizes measured: nodes, each with one project. */
const sizes = [1, 10, 50, 100];
/** Runs of the short commands; the median counts, since machines are noisy. */
const runs = 5;

interface Row {
  readonly nodes: number;
  readonly resources: number;
  readonly previewMs: number;
  readonly upMs: number;
  readonly noopUpMs: number;
}

const usage = "usage: npm run bench [-- [--hosts[=1,5,20]] [--json]]\n";

/**
 * `npm run bench`: the same engine, backend and secrets manager for an empty program and for fleets
 * of growing size, in one run, so that the ratios hold on any machine.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const json = argv.includes("--json");
  const hosts = argv.find((each) => /^--hosts(=[1-9]\d*(,[1-9]\d*)*)?$/.test(each));
  if (argv.length > Number(json) + Number(hosts !== undefined)) {
    process.stderr.write(usage);
    return 2;
  }
  if (hosts !== undefined) {
    const chosen = hosts.split("=")[1]?.split(",").map(Number);
    const measured = await benchHosts(chosen);
    process.stdout.write(
      json ? `${JSON.stringify(measured, undefined, 2)}\n` : renderHosts(measured),
    );
    return 0;
  }
  const empty = await measureEmpty();
  const rows: Row[] = [];
  for (const size of sizes) rows.push(await measureFleet(size));
  const result = { empty, rows, ratios: ratios(empty, rows) };
  process.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : render(result));
  return 0;
}

function measureEmpty() {
  return onCloud(0, async (cloud) => {
    const program = path.join(cloud.project, "index.ts");
    fs.rmSync(program);
    fs.writeFileSync(program, "export {};\n");
    const previewMs = await several(() => cloud.succeed("preview", "--stack", "stage"));
    await cloud.up("stage");
    const noopUpMs = await several(() => cloud.up("stage"));
    return { previewMs, noopUpMs };
  });
}

function measureFleet(nodes: number): Promise<Row> {
  return onCloud(nodes, async (cloud) => {
    // AWS gives five Elastic IPs to a region until it is asked for more.
    await cloud.control("PUT", "/objects/aws%2Fquota/eips", { limit: nodes });
    const preview = () => cloud.succeed("preview", "--stack", "stage");
    const previewMs = await several(preview, nodes > 10 ? 3 : runs);
    const up = await timed(() => cloud.up("stage"));
    const noopUpMs = await several(() => cloud.up("stage"), nodes > 10 ? 3 : runs);
    const resources = Number(/\+ (\d+) created/.exec(up.value.stdout)?.[1]);
    return { nodes, resources, previewMs, upMs: up.ms, noopUpMs };
  });
}

async function onCloud<T>(nodes: number, work: (cloud: ScratchCloud) => Promise<T>): Promise<T> {
  const cloud = await ScratchCloud.start(fleetOfNodes(nodes));
  try {
    return await unlessStopped(work(cloud));
  } finally {
    await cloud.stop();
  }
}

async function several(action: () => Promise<unknown>, count = runs): Promise<number> {
  const timings: Timing<unknown>[] = [];
  await action();
  for (let run = 0; run < count; run += 1) timings.push(await timed(action));
  return median(timings.map(({ ms }) => ms));
}

interface Ratios {
  /** Preview of one node against the empty program; the goal is 1.3 at most. */
  readonly oneNodeToEmpty: number;
  /** Milliseconds a resource, from one node to the largest fleet; the goal is 8 at most. */
  readonly previewMsPerResource: number;
  readonly upMsPerResource: number;
  /** No-op `up` of the largest fleet against that of the empty program; the goal is 15 at most. */
  readonly noopUpToEmpty: number;
}

function ratios(empty: { previewMs: number; noopUpMs: number }, rows: readonly Row[]): Ratios {
  const one = rows[0]!;
  const most = rows.at(-1)!;
  const more = most.resources - one.resources;
  return {
    oneNodeToEmpty: one.previewMs / empty.previewMs,
    previewMsPerResource: (most.previewMs - one.previewMs) / more,
    upMsPerResource: (most.upMs - one.upMs) / more,
    noopUpToEmpty: most.noopUpMs / empty.noopUpMs,
  };
}

function render(result: {
  empty: Awaited<ReturnType<typeof measureEmpty>>;
  rows: Row[];
  ratios: Ratios;
}): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(2).padStart(8);
  const { empty, rows, ratios: found } = result;
  return [
    "nodes  resources  preview s      up s  no-op up s",
    `empty          1 ${seconds(empty.previewMs)}          - ${seconds(empty.noopUpMs)}`,
    ...rows.map(
      (row) =>
        `${String(row.nodes).padStart(5)} ${String(row.resources).padStart(10)} ` +
        `${seconds(row.previewMs)} ${seconds(row.upMs)}   ${seconds(row.noopUpMs)}`,
    ),
    "",
    `preview of 1 node / empty program   ${found.oneNodeToEmpty.toFixed(2)}  (goal 1.3)`,
    `preview, ms a resource beyond       ${found.previewMsPerResource.toFixed(1)}  (goal 8)`,
    `up, ms a resource beyond            ${found.upMsPerResource.toFixed(1)}`,
    `no-op up of ${rows.at(-1)!.nodes} nodes / empty       ${found.noopUpToEmpty.toFixed(1)}  (goal 15)`,
    "",
  ].join("\n");
}
