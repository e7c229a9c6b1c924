import { table } from "../ground/table";
import { typed } from "../ground/typed";
import { exits, Refusal } from "../ground/usage";
import { status, taken, type Taken } from "./answers";
import { ask, Away } from "./machines";
import type { Move } from "./move";
import { stepsOf } from "./steps";

/** Seconds for which the machine that served waits for one that follows and does not answer: as `berth-move` has it. */
const waitsSeconds = 2;

/**
 * Has the machine that follows serve, since the one that it follows was lost. Throws a `Refusal` while that one answers,
 * and where nobody confirms what may be missing. `confirm`: the project's name, as a person types it otherwise.
 */
export async function takeOver(move: Move, confirm: string | undefined): Promise<void> {
  const { slug, new: target, context, keeper } = move;
  const has = await look(move);
  if (!has.taken) {
    context.out(whatIsThere(move, has));
    const answer = confirm ?? (await typed("Type the project's name to go on: "));
    if (answer !== slug) throw new Refusal("nothing was touched");
  }
  const said = await ask(target, ["takeover", slug], taken, { address: move.old.address });
  // It has led everybody to the machine that was lost.
  await target.call("proxy", ["turn-back", slug]);
  await target.call("proxy", ["unforward", slug]);
  await keeper.note("takeover", "done", said);
  context.out(`takeover   ${target.name} serves ${slug}\n`);
}

/** What would be done, and what would be missing; changes nothing. Throws a `Refusal` where `takeOver` would. */
export async function planTakeover(move: Move): Promise<number> {
  const { context, new: target, keeper } = move;
  if (keeper.stateOf("takeover") !== "done") context.out(whatIsThere(move, await look(move)));
  const rows = stepsOf("takeover").map(({ name, does }) => [
    name,
    keeper.stateOf(name) ?? "",
    does,
  ]);
  const first = [
    "takeover",
    keeper.stateOf("takeover") ?? "",
    `has ${target.name} serve with what it received`,
  ];
  context.out(`\n${table(["STEP", "STATE", "WHAT"], [first, ...rows])}\n`);
  return exits.done;
}

/** What the machine has that follows. Refuses while the other one answers, unless this one took over before. */
async function look(move: Move): Promise<Taken> {
  const { phase } = await ask(move.new, ["status", move.slug], status);
  if (phase !== "promoted") await refuseAlive(move);
  const told = { address: move.old.address };
  return ask(move.new, ["takeover", move.slug, "--look"], taken, told);
}

/** Two that serve would both be written to. */
async function refuseAlive({ old, slug, to }: Move): Promise<void> {
  try {
    await ask(old, ["status", slug], status);
  } catch (error) {
    if (error instanceof Away) return;
    if (!(error instanceof Refusal)) throw error;
  }
  throw new Refusal(
    `${old.name} answers: nothing was touched. Back is the same move in the other direction: berth migrate ${slug} --to ${to}`,
  );
}

/** What the machine has, and what it cannot have. */
function whatIsThere({ old, new: target, slug }: Move, { databases }: Taken): string {
  const each = Object.entries(databases).map(
    ([service, { received, committed }]) =>
      `  ${service}: up to ${received}; its last change was committed at ${committed ?? "an unknown time"}`,
  );
  const waited = Object.values(databases).every(({ synchronous }) => synchronous);
  return [
    `${old.name} answers neither here nor to ${target.name}, which has of ${slug} what it received:`,
    ...each,
    waited
      ? `Of what was acknowledged while ${old.name} waited for it nothing is missing. It goes on alone ${waitsSeconds} s after it loses it: what it acknowledged from then on is on its own disk alone.`
      : `${old.name} did not wait for it: what it acknowledged last may be on its own disk alone.`,
    `Files that were written there since the switch are on its own disk, and in archives that were made since: berth restore --list ${slug}`,
    `If it is only cut off from here and from ${target.name}, it serves on until its names lead elsewhere. Power it off first where you can.`,
    "",
  ].join("\n");
}
