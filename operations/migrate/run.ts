import { Refusal } from "../ground/usage";
import type { Keeper } from "./journal";
import { Away } from "./machines";
import type { Move } from "./move";
import { thaw } from "./retreat";
import type { Step, StepName } from "./step";
import { isBefore, stepsOf } from "./steps";
import { Waits } from "./steps/ending";

/** How a command came to its end. */
export type Outcome = "ended" | "stopped" | "waits" | "owes";

/**
 * Does what is left of a move, step by step, up to `until`. What fails before anybody else may have served is undone at
 * once; what fails later is said, with the state it leaves. Throws the `Refusal` of the step that failed.
 */
export async function run(move: Move, until?: StepName): Promise<Outcome> {
  const { keeper, context } = move;
  let owes = false;
  for (const step of stepsOf(keeper.journal.way)) {
    // Also where that step was done before, or is none of this way's.
    if (until !== undefined && isBefore(until, step.name)) return "stopped";
    if (isSettled(step, keeper)) continue;
    try {
      if ((await take(step, move)) === "owed") owes = true;
    } catch (error) {
      if (error instanceof Waits) {
        context.say(error.message);
        return "waits";
      }
      throw await settled(step, move, error);
    }
  }
  if (owes) return "owes";
  await keeper.end("ended");
  return "ended";
}

/**
 * Whether a step is done for good. What was frozen may have been undone by the machine itself since: until the new one
 * serves it is asked for again, and a machine that stands frozen or sealed answers as before.
 */
function isSettled({ name, interrupts, byEach }: Step, keeper: Keeper): boolean {
  if (keeper.stateOf(name) !== "done") return false;
  return (interrupts !== true && byEach !== true) || keeper.stateOf("promote") === "done";
}

async function take(step: Step, move: Move): Promise<"done" | "owed"> {
  const { keeper, world, context } = move;
  const began = world.now().getTime();
  await step.precondition?.(move);
  // A promotion is noted before it is asked for: who finds no note may let the old machine resume. Of the other steps
  // in the freeze the machines tell themselves.
  if (step.interrupts === true && step.name !== "freeze" && step.name !== "promote") {
    keeper.noteBehind(step.name, "begun");
  } else await keeper.note(step.name, "begun");
  let evidence: unknown;
  try {
    evidence = await step.act(move);
  } catch (error) {
    if (!mayBeOwed(step, error)) throw error;
    await keeper.note(step.name, "owed");
    context.say(`${step.name}: ${error.message}\nIt is owed: the same command does it later.`);
    return "owed";
  }
  const proven = await step.check(move, evidence);
  if (step.interrupts === true && step.name !== "forward") {
    keeper.noteBehind(step.name, "done", evidence);
  } else await keeper.note(step.name, "done", evidence);
  const seconds = ((world.now().getTime() - began) / 1000).toFixed(1);
  context.out(`${step.name.padEnd(10)} done in ${seconds} s\n`);
  for (const each of proven) context.out(`           proven: ${each}\n`);
  return "done";
}

function mayBeOwed({ canBeOwed }: Step, error: unknown): error is Refusal {
  if (canBeOwed === undefined) return false;
  return canBeOwed === "failed" ? error instanceof Refusal : error instanceof Away;
}

/** Undoes a freeze that could not come to its end, and says what is so now and which command goes on. */
async function settled(step: Step, move: Move, error: unknown): Promise<unknown> {
  if (!(error instanceof Refusal)) return error;
  const { old, new: target, slug } = move;
  const said = (state: string, mayAbort: boolean) =>
    new Refusal([`${step.name}: ${error.message}`, state, commands(move, mayAbort)].join("\n"), {
      cause: error,
    });
  if (move.keeper.journal.way === "takeover") {
    return said(`${target.name} serves ${slug} since it took over from ${old.name}.`, false);
  }
  if (move.keeper.stateOf("forward") === "done" && isBefore("forward", step.name)) {
    return said(
      `${slug} is with ${target.name} since the switch, and ${old.name} takes no write.`,
      false,
    );
  }
  if (isBefore("promote", step.name) || move.keeper.stateOf("promote") === "done") {
    return said(
      `${target.name} holds all of ${slug} and serves; visitors wait until the old machine leads them there.`,
      false,
    );
  }
  if (step.interrupts !== true) {
    return said(`${slug} is with ${old.name} as before, where nothing was stopped.`, true);
  }
  try {
    await thaw(move);
  } catch (undo) {
    if (!(undo instanceof Refusal)) throw undo;
    return new Refusal(`${step.name}: ${error.message}\n${undo.message}`, { cause: error });
  }
  return said(`${old.name} serves again and nothing is lost.`, true);
}

/** Which commands go on with a move, and give it up. */
function commands({ slug, to }: Move, mayAbort: boolean): string {
  const own = `berth migrate ${slug} --to ${to}`;
  return `Once that is put right: ${own}${mayAbort ? `; or give it up: ${own} --abort` : ""}`;
}
