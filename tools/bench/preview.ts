/** Previews of growing fleets beside programs that declare nothing. */

import type { ScratchCloud } from "../../rehearsal/scratch";
import { emptyProgram, floorProgram, onCloud, onProgram, several } from "./clouds";
import { figure, seconds, type Bench } from "./part";

/** Numbers of nodes, each with one project. */
const usual = [1, 10, 50, 100];

/** `preview` of fleets that are not there yet, of an empty program, and of one that imports the SDKs. */
export async function benchPreview(bench: Bench) {
  const { say, sizes = usual } = bench;
  const emptyMs = await onProgram(bench, emptyProgram, previewed);
  say(figure("preview, empty program", seconds(emptyMs)));
  const floorMs = await onProgram(bench, floorProgram(), previewed);
  say(figure("preview, the same SDKs imported", seconds(floorMs)));
  const rows: { nodes: number; resources: number; previewMs: number }[] = [];
  for (const nodes of sizes) {
    const row = await onCloud(bench, nodes, async (cloud) => {
      const previewMs = await previewed(cloud, nodes);
      return { nodes, resources: (await cloud.plan("stage")).length, previewMs };
    });
    rows.push(row);
    say(figure(`preview, ${nodes} nodes, ${row.resources} resources`, seconds(row.previewMs)));
  }
  const [first, last] = [rows[0]!, rows.at(-1)!];
  const toEmpty = first.previewMs / emptyMs;
  const toFloor = first.previewMs / floorMs;
  say(figure(`${first.nodes} nodes / empty program`, toEmpty.toFixed(2)));
  say(figure(`${first.nodes} nodes / SDKs imported`, `${toFloor.toFixed(2)} (goal 1.3 for 1)`));
  const more = last.resources - first.resources;
  const msPerResource = more === 0 ? undefined : (last.previewMs - first.previewMs) / more;
  if (msPerResource !== undefined) {
    say(figure("preview, each resource beyond", `${msPerResource.toFixed(1)} ms (goal 8)`));
  }
  return { emptyMs, floorMs, rows, toEmpty, toFloor, msPerResource };
}

function previewed(cloud: ScratchCloud, nodes?: number): Promise<number> {
  return several(() => cloud.succeed("preview", "--stack", "stage"), nodes);
}
