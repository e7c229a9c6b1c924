import * as fs from "node:fs";
import * as path from "node:path";

import { ScratchCloud } from "../../rehearsal/scratch";
import { fleetOfNodes } from "./fleets";
import { benchHosts, renderHosts } from "./hosts";
import { benchReview, renderReview } from "./review";
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

const usage = "usage: npm run bench [-- [--hosts[=1,5,20] | --review] [--json]]\n";

/**
 * `npm run bench`: the same engine, backend and secrets manager for an empty program and for fleets
 * of growing size, in one run, so that the ratios hold on any machine. `--hosts` and `--review`
 * measure something else instead.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const [mode, ...more] = argv.filter((each) => each !== "--json");
  const measured = more.length > 0 ? undefined : await measure(mode);
  if (!measured) {
    process.stderr.write(usage);
    return 2;
  }
  const { found, text } = measured;
  const json = argv.includes("--json");
  process.stdout.write(json ? `${JSON.stringify(found, undefined, 2)}\n` : text);
  return 0;
}

/** Undefined: there is no such mode. */
async function measure(mode: string | undefined): Promise<Measured | undefined> {
  if (mode === undefined) {
    const found = await benchFleets();
    return { found, text: render(found) };
  }
  if (mode === "--review") {
    const found = await benchReview();
    return { found, text: renderReview(found) };
  }
  const hosts = /^--hosts(?:=([1-9]\d*(?:,[1-9]\d*)*))?$/.exec(mode);
  if (!hosts) return undefined;
  const found = await benchHosts(hosts[1]?.split(",").map(Number));
  return { found, text: renderHosts(found) };
}

interface Measured {
  readonly found: object;
  /** For a person. */
  readonly text: string;
}

async function benchFleets() {
  const empty = await measureEmpty();
  const rows: Row[] = [];
  for (const size of sizes) rows.push(await measureFleet(size));
  return { empty, rows, ratios: ratios(empty, rows) };
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
    const preview = () => cloud.succeed("preview", "--stack", "stage");
    const previewMs = await several(preview, nodes > 10 ? 3 : runs);
    const up = await timed(() => cloud.up("stage"));
    const noopUpMs = await several(() => cloud.up("stage"), nodes > 10 ? 3 : runs);
    const resources = Number(/\+ (\d+) created/.exec(up.value.stdout)?.[1]);
    return { nodes, resources, previewMs, upMs: up.ms, noopUpMs };
  });
}

async function onCloud<T>(nodes: number, work: (cloud: ScratchCloud) => Promise<T>): Promise<T> {
  const cloud = await ScratchCloud.start(fleetOfNodes(nodes), { elasticIps: nodes });
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

function render({ empty, rows, ratios: found }: Awaited<ReturnType<typeof benchFleets>>): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(2).padStart(8);
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
