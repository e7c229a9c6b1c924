/** Local clouds to measure on, each with a fleet or with a program of its own, and gone afterwards. */

import * as fs from "node:fs";
import * as path from "node:path";

import { repository } from "../../rehearsal/paths";
import { ScratchCloud } from "../../rehearsal/scratch";
import { fleetOfNodes } from "./fleets";
import type { Bench } from "./part";
import { median, timed } from "./timing";

/** Runs of a short command, after one that is not counted: the median counts, machines are noisy. */
const usualRuns = 5;
/** The same on a fleet whose previews take seconds. */
const fewRuns = 3;

/** A cloud on which `nodes` nodes are declared. */
export async function onCloud<T>(
  { signal }: Bench,
  nodes: number,
  work: (cloud: ScratchCloud) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const cloud = await ScratchCloud.start(fleetOfNodes(nodes), { elasticIps: nodes }, { signal });
  try {
    // An engine that is ended leaves what it had among the temporary files: it goes with the cloud.
    cloud.env["TMPDIR"] = fs.mkdtempSync(path.join(path.dirname(cloud.project), "tmp-"));
    return await work(cloud);
  } finally {
    await cloud.stop();
  }
}

/** A cloud whose program is `text`, in the place of Berth's. */
export function onProgram<T>(
  bench: Bench,
  text: string,
  work: (cloud: ScratchCloud) => Promise<T>,
): Promise<T> {
  return onCloud(bench, 0, (cloud) => {
    const program = path.join(cloud.project, "index.ts");
    fs.rmSync(program);
    fs.writeFileSync(program, text);
    return work(cloud);
  });
}

/** A program that does nothing. */
export const emptyProgram = "export {};\n";

/**
 * A program that imports what Berth's imports of Pulumi's SDKs, and does nothing: the floor of whoever
 * writes a program for these clouds. Loaded with the same means (`components/startup`) as Berth's.
 */
export function floorProgram(): string {
  const components = path.join(repository, "components");
  const sources = fs
    .readdirSync(components, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.includes("node_modules"))
    .map((name) => fs.readFileSync(path.join(components, name), "utf8"));
  const imported = sources.flatMap((text) =>
    [...text.matchAll(/^import (?!type\b)[^;]* from "(@pulumi[^"]*)";/gm)].map(([, name]) => name!),
  );
  const lines = [...new Set(imported)].sort().map((name) => `import "${name}";\n`);
  return `import "./components/startup";\n${lines.join("")}export {};\n`;
}

/** The median wall time of a short command on a cloud with so many nodes, in milliseconds. */
export async function several(action: () => Promise<unknown>, nodes = 0): Promise<number> {
  await action();
  const times: number[] = [];
  for (let run = 0; run < (nodes > 10 ? fewRuns : usualRuns); run += 1) {
    times.push((await timed(action)).ms);
  }
  return median(times);
}
