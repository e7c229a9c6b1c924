import { table } from "../ground/table";
import { exits } from "../ground/usage";
import type { Context } from "../ground/context";
import { files, status, type Survey } from "./answers";
import type { Journal } from "./journal";
import { ask, Away, type Side } from "./machines";
import { expectedInterruption, isDelivered, judge } from "./plan";
import type { Found } from "./route";
import { steps } from "./steps";
import { closedWay } from "./way";
import type { World } from "./world";

/** What both machines say of themselves. */
export interface Surveys {
  readonly old: Survey;
  readonly new: Survey;
}

/** `--plan`: every step, what keeps the move from being done, and the expected interruption. */
export function showPlan(
  { out }: Context,
  { route, journal }: Found,
  both: Surveys,
  gate: string | undefined,
): number {
  const { slug, source, target, from, to } = route;
  const placement = route.placements.to;
  const delivered = isDelivered(both);
  const { problems, notes } = judge({ ...both, delivered });
  const all = [...problems, closedWay(route), gate].filter((each) => each !== undefined);
  out(
    `${slug}: from ${from} (${source.address}) to ${to} (${target.address}, ${placement.provider}${placement.region === undefined ? "" : ` ${placement.region}`}, rule ${placement.rule.number})\n\n`,
  );
  const rows = steps.map(({ name, does, interrupts }) => [
    name,
    journal?.state === "moving" ? (journal.steps[name]?.state ?? "") : "",
    interrupts === true ? "visitors wait" : "",
    does,
  ]);
  out(`${table(["STEP", "STATE", "", "WHAT"], rows)}\n\n`);
  const pass = passOf(journal);
  const seconds = expectedInterruption(both.old, pass);
  out(
    `visitors wait for about ${seconds} s (${pass === undefined ? "by the number of files; the second pass measures it" : `the last pass over the files took ${pass} s`}), and get no error meanwhile\n`,
  );
  if (!delivered) {
    out("images and collations are compared once the version is on the new machine (deliver)\n");
  }
  for (const each of notes) out(`note: ${each}\n`);
  for (const each of all) out(`! ${each}\n`);
  return all.length === 0 ? exits.done : exits.failed;
}

function passOf(journal: Journal | undefined): number | undefined {
  const trees = files.safeParse(journal?.steps["files"]?.evidence).data?.trees;
  return trees?.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);
}

/** `--status`: the journal's steps, and what both machines say of themselves. */
export async function showStatus(
  { out, say }: Context,
  { route, journal }: Found,
  world: World,
): Promise<number> {
  const { slug } = route;
  if (journal === undefined) out(`${slug} never moved\n`);
  else {
    const { from, to, begun, state, reason } = journal;
    out(`${slug}: from ${from} to ${to}, ${state}, begun ${begun}\n`);
    if (reason !== undefined) out(`before stage, because: ${reason}\n`);
    const rows = steps.flatMap(({ name }) => {
      const step = journal.steps[name];
      return step === undefined ? [] : [[name, step.state, step.at, step.by]];
    });
    out(`${table(["STEP", "STATE", "AT", "BY"], rows)}\n`);
  }
  const sides = [world.side(route.source), world.side(route.target)];
  const silent = (await Promise.all(sides.map((side) => tell(side, slug, out, say)))).includes(
    false,
  );
  return silent ? exits.failed : exits.done;
}

async function tell(
  side: Side,
  slug: string,
  out: Context["out"],
  say: Context["say"],
): Promise<boolean> {
  try {
    const { role, phase, since } = await ask(side, ["status", slug], status);
    out(`${side.name}: ${role}${phase ? `, ${phase}` : ""}${since ? ` since ${since}` : ""}\n`);
    return true;
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    say(error.message);
    return false;
  }
}
