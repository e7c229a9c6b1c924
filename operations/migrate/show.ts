import { table } from "../ground/table";
import { exits } from "../ground/usage";
import type { Context } from "../ground/context";
import { status, type Survey } from "./answers";
import type { Journal, Way } from "./journal";
import { ask, Away, type Side } from "./machines";
import { expectedInterruption, isDelivered, judge } from "./plan";
import type { Found } from "./route";
import { passOf, standstill } from "./standstill";
import { steps, stepsOf } from "./steps";
import { shutWay } from "./way";
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
  way: Way,
): number {
  const { slug, source, target, from, to } = route;
  const placement = route.placements.to;
  const delivered = isDelivered(both);
  const { problems, notes } = judge({ ...both, delivered, way });
  const all = [...problems, gate].filter((each) => each !== undefined);
  out(
    `${slug}: from ${from} (${source.address}) to ${to} (${target.address}, ${placement.provider}${placement.region === undefined ? "" : ` ${placement.region}`}, rule ${placement.rule.number})\n\n`,
  );
  const rows = stepsOf(way).map(({ name, does, interrupts }) => [
    name,
    journal?.state === "moving" ? (journal.steps[name]?.state ?? "") : "",
    interrupts === true ? "visitors wait" : "",
    does,
  ]);
  out(`${table(["STEP", "STATE", "", "WHAT"], rows)}\n\n`);
  out(`${way === "dump" ? standstillOf(both.old, journal) : interruptionOf(both.old, journal)}\n`);
  if (!delivered) {
    out("images and collations are compared once the version is on the new machine (deliver)\n");
  }
  for (const each of [...notes, shutWay(route)]) {
    if (each !== undefined) out(`note: ${each}\n`);
  }
  for (const each of all) out(`! ${each}\n`);
  return all.length === 0 ? exits.done : exits.failed;
}

function interruptionOf(old: Survey, journal: Journal | undefined): string {
  const pass = passOf(journal);
  const seconds = expectedInterruption(old, pass);
  const by =
    pass === undefined
      ? "by the number of files; the second pass measures it"
      : `the last pass over the files took ${pass} s`;
  return `visitors wait for about ${seconds} s (${by}), and get no error meanwhile`;
}

function standstillOf(old: Survey, journal: Journal | undefined): string {
  const { expected, seconds, closed } = standstill(old, passOf(journal));
  const meanwhile = closed
    ? "are without the site for about"
    : "wait, and get no error meanwhile, for about";
  return [
    `by dump and restore: visitors ${meanwhile} ${expected} s${closed ? ": they get a 503 that says when to come again" : ""}; the old machine goes on by itself after ${seconds} s`,
    "once the new machine serves nothing follows it: the way back is the same move in the other direction",
  ].join("\n");
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
    if (journal.way === "takeover") out(`${to} took over, since ${from} was lost\n`);
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
