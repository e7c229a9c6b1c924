import type { Machine } from "../fleet/fleet";
import { readDelivered } from "../fleet/delivered";
import { Refusal } from "../ground/usage";
import { readJournal } from "./journal";
import type { Side } from "./machines";

/** What is known of the same project on stage. */
export interface OnStage {
  /** The machine that serves it there; undefined where none does. */
  readonly machine: Machine | undefined;
  readonly side: (machine: Machine) => Side;
}

/**
 * Production follows stage (R64): the same project moved there in the same way, to a machine of the same cloud, and answers.
 * Throws a `Refusal` otherwise; `reason` passes it, and is kept in the journal.
 */
export async function stageFirst(slug: string, cloud: string, stage: OnStage): Promise<void> {
  const fix = `move stage first: berth migrate ${slug} --to <a host stack of stage>; or say why not: --reason TEXT, which is kept`;
  const { machine } = stage;
  if (machine === undefined)
    throw new Refusal(`stage has no machine that serves ${slug} (R64); ${fix}`);
  const side = stage.side(machine);
  const journal = await readJournal(side, slug);
  const names = journal?.steps["names"]?.state;
  if (journal?.to !== machine.stack || names !== "done") {
    throw new Refusal(`${slug} did not move on stage yet (R64); ${fix}`);
  }
  if (journal.clouds.to !== cloud) {
    throw new Refusal(
      `${slug} moved to ${journal.clouds.to} on stage and shall go to ${cloud} here, which is another way (R64); ${fix}`,
    );
  }
  const said = readDelivered(`sites: ${JSON.stringify(await side.call("site", ["status"]))}`);
  if (said?.find((each) => each.slug === slug)?.running !== true) {
    throw new Refusal(`${slug} does not run on ${side.name} after its move (R64); ${fix}`);
  }
}
