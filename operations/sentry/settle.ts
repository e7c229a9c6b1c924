import type { Context } from "../ground/context";
import { Refusal } from "../ground/usage";
import { carryOut } from "./carry-out";
import { planOf } from "./plan";
import type { ErrorTracking } from "./service";
import type { Plan } from "./sheet";
import type { Wanted } from "./wanted";

/** Rounds until nothing is left to do: a project first, then what belongs to it. */
const mostRounds = 4;

/**
 * Carries a plan out, and what becomes possible by it; answers what is left, which are problems alone. `wanted` reads
 * the stack files anew, since a plan may have changed one.
 */
export async function settle(
  context: Context,
  there: ErrorTracking,
  first: Plan,
  wanted: () => Wanted,
): Promise<Plan> {
  let plan = first;
  for (let round = 0; plan.steps.length > 0; round += 1) {
    const ready = plan.steps.filter(({ waits }) => !waits);
    if (round === mostRounds || ready.length === 0) {
      const [step] = plan.steps;
      throw new Refusal(
        `${step?.name}: was done and is still to be done: ${step?.says}; see what Sentry made of it`,
      );
    }
    for (const { name, says, act } of ready) {
      await carryOut(there, context, act);
      context.say(`done: ${name}: ${says}`);
    }
    plan = planOf(wanted(), await there.read());
  }
  return plan;
}
