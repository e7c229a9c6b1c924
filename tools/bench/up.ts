/** What a fleet's first update costs, how large its state is, and the update that changes nothing. */

import { savedOnce } from "../../packages/local-cloud/cloud/environment";
import type { ScratchCloud } from "../../rehearsal/scratch";
import { emptyProgram, onCloud, onProgram, several } from "./clouds";
import { figure, seconds, type Bench } from "./part";
import { timed } from "./timing";

/** Numbers of nodes, each with one project. */
const usual = [10, 50];

interface Row {
  readonly nodes: number;
  readonly resources: number;
  /** The engine writes the whole state twice a resource, as it does for everybody. */
  readonly upMs: number;
  /** It writes the state once, at the end. */
  readonly savedOnceMs: number;
  readonly stateBytes: number;
}

/** `up` of new fleets, each beside itself without the engine's checkpoints: what the state costs. */
export async function benchUp(bench: Bench) {
  const { say, sizes = usual } = bench;
  const rows: Row[] = [];
  for (const nodes of sizes) {
    const once = await onCloud(bench, nodes, (cloud) => {
      Object.assign(cloud.env, savedOnce);
      return timed(() => cloud.up("stage"));
    });
    say(figure(`up, ${nodes} nodes, without checkpoints`, seconds(once.ms)));
    const row = await onCloud(bench, nodes, async (cloud) => {
      const up = await timed(() => cloud.up("stage"));
      return { nodes, upMs: up.ms, savedOnceMs: once.ms, ...(await sizeOf(cloud)) };
    });
    rows.push(row);
    say(figure(`up, ${nodes} nodes, ${row.resources} resources`, seconds(row.upMs)));
    say(
      figure("  against itself without checkpoints", `${ratioOf(row).toFixed(2)} (goal 2 for 50)`),
    );
    const bytes = Math.round(row.stateBytes / row.resources);
    say(figure("  state, each resource", `${bytes} bytes (goal 2500)`));
  }
  return { rows, ratios: rows.map(ratioOf) };
}

function ratioOf({ upMs, savedOnceMs }: Row): number {
  return upMs / savedOnceMs;
}

/** Without the export's indentation, which the state does not have. */
async function sizeOf(cloud: ScratchCloud): Promise<Pick<Row, "resources" | "stateBytes">> {
  const { stdout } = await cloud.succeed("stack", "export", "--stack", "stage");
  const state = JSON.parse(stdout) as { deployment: { resources: readonly unknown[] } };
  const stateBytes = Buffer.byteLength(JSON.stringify(state));
  return { resources: state.deployment.resources.length, stateBytes };
}

/** `up` of a fleet that is as declared, beside that of an empty program. */
export async function benchUnchanged(bench: Bench) {
  const { say, sizes = [100] } = bench;
  const updated = async (cloud: ScratchCloud, nodes?: number) => {
    Object.assign(cloud.env, savedOnce);
    await cloud.up("stage");
    return several(() => cloud.up("stage"), nodes);
  };
  const emptyMs = await onProgram(bench, emptyProgram, updated);
  say(figure("unchanged up, empty program", seconds(emptyMs)));
  const rows: { nodes: number; upMs: number; toEmpty: number }[] = [];
  for (const nodes of sizes) {
    const upMs = await onCloud(bench, nodes, (cloud) => updated(cloud, nodes));
    rows.push({ nodes, upMs, toEmpty: upMs / emptyMs });
    say(figure(`unchanged up, ${nodes} nodes`, seconds(upMs)));
    say(figure("  against the empty program", `${(upMs / emptyMs).toFixed(1)} (goal 15 for 100)`));
  }
  return { emptyMs, rows };
}
