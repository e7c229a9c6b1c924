import { Refusal } from "../ground/usage";
import { anything, status } from "./answers";
import { ask, Away, Declined, type Side } from "./machines";
import type { Move } from "./move";
import { freezeSeconds } from "./standstill";
import type { StepName } from "./step";
import { isBefore, steps } from "./steps";

/** What an abort takes back: all but what is only looked at. */
const frozenBy: readonly StepName[] = ["freeze", "load", "seal", "promote"];

/**
 * Has the old machine serve again, without losing a write of either side. What was promoted may hold writes that the old
 * machine never saw: then this refuses, whatever the journal says. Where the new machine cannot be asked whether it was,
 * only a promotion that was never asked for lets the old one resume.
 */
export async function thaw(move: Move): Promise<void> {
  const { old, new: target, slug, keeper } = move;
  const phase = await phaseOf(move);
  if (phase === "moved") throw promotedAlready(move);
  const isSealed = phase === "sealed";
  const mayBePromoted = (["begun", "done"] as const).some(
    (each) => keeper.stateOf("promote") === each,
  );
  if (isSealed || mayBePromoted) {
    try {
      await ask(target, ["renounce", slug], anything);
    } catch (error) {
      if (error instanceof Declined) throw promotedAlready(move);
      if (!(error instanceof Away) || mayBePromoted) throw unknown(move, error);
      move.context.say(
        `${target.name} does not answer, and was never asked to serve: ${old.name} resumes`,
      );
    }
  }
  await ask(old, ["thaw", slug, ...(isSealed ? ["--never-promoted"] : [])], anything);
  // A copy that was renounced is made to follow anew before it can be promoted.
  for (const name of [...frozenBy, ...(isSealed ? (["follow"] as const) : [])]) {
    if (keeper.stateOf(name) !== undefined) await keeper.note(name, "undone");
  }
}

/** Gives a move up. Throws a `Refusal` once the new machine serves. */
export async function abort(move: Move): Promise<void> {
  const { keeper } = move;
  const serves = keeper.stateOf("promote") === "done" || keeper.journal.way === "takeover";
  if (serves) throw promotedAlready(move);
  await thaw(move);
  for (const step of [...steps].reverse().filter(({ name }) => isBefore(name, "freeze"))) {
    if (step.undo === undefined || keeper.stateOf(step.name) === undefined) continue;
    await step.undo(move);
    if (keeper.stateOf(step.name) !== "undone") await keeper.note(step.name, "undone");
  }
  // Nothing of it runs there any more, and its copy is promoted by nobody.
  for (const [side, verb] of [
    [move.new, "renounce"],
    [move.new, "end"],
    [move.old, "end"],
  ] as const) {
    await unlessAway(move, side, verb);
  }
  await keeper.end("aborted");
}

/** What can be done later by hand stops no abort: the old machine serves. */
async function unlessAway({ slug, context }: Move, side: Side, verb: string): Promise<void> {
  try {
    await ask(side, [verb, slug], anything);
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    context.say(`${side.name} does not answer: run berth-move ${verb} ${slug} there once it does`);
  }
}

async function phaseOf({ old, slug }: Move): Promise<string | null | undefined> {
  try {
    return (await ask(old, ["status", slug], status)).phase;
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    throw new Refusal(
      `${old.name} does not answer. A freeze it undoes by itself within ${freezeSeconds} s; once sealed it stays read-only, and nothing is lost. Once it answers, run the same command again, or give it up: --abort`,
      { cause: error },
    );
  }
}

function promotedAlready({ new: target, slug, from }: Move): Refusal {
  return new Refusal(
    `${target.name} serves ${slug} already and may hold writes that the old machine never saw: a move is not given up from there. Go on with it by the same command; the way back is the same move in the other direction, once it is done: berth migrate ${slug} --to ${from}`,
  );
}

function unknown({ old, new: target, slug }: Move, error: unknown): Refusal {
  const why = error instanceof Error ? error.message : String(error);
  return new Refusal(
    `${old.name} stays read-only: ${target.name} was asked to serve ${slug} and does not say whether it does (${why}). Nothing is lost meanwhile and visitors wait or get a 503. Bring ${target.name} back, then run the same command again`,
  );
}
