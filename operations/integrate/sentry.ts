import type { AgencySentry } from "../../components/fleet/sentry";
import { projectName } from "../../components/stack-file/stack-files";
import type { Context } from "../ground/context";
import { Refusal } from "../ground/usage";
import { carryOut } from "../sentry/carry-out";
import { endingPlan, planOf } from "../sentry/plan";
import { SentryApi } from "../sentry/sentry-api";
import { settle } from "../sentry/settle";
import { markOf } from "../sentry/sheet";
import type { Wanted } from "../sentry/wanted";
import { wantedNow } from "../sentry/wanted-now";
import { readAsked } from "./asked";

/**
 * Has the agency's Sentry hold what production wants of it (R52). A stack's file is not written: an update of a pipeline
 * would write into a checkout that is thrown away, so where a DSN is missing that is said. Throws a `Refusal` with what
 * only a person can decide, once the rest is done.
 */
export async function beginSentry(context: Context, text: string): Promise<void> {
  readAsked("sentry", text);
  const wanted = (): Wanted => withoutDsn(wantedNow(context));
  const there = new SentryApi(wanted().agency, context.env);
  const first = planOf(wanted(), await there.read());
  const { problems, notes } = await settle(context, there, first, wanted);
  for (const { name, says } of notes) context.say(`${name}: ${says}`);
  for (const { name, dsnPlaces } of wantedNow(context).projects) {
    const lacking = dsnPlaces.flatMap(({ stack, isSet }) =>
      isSet ? [] : [`Pulumi.${stack}.yaml`],
    );
    if (lacking.length === 0) continue;
    context.say(
      `${name}: SENTRY_DSN is not in ${lacking.join(" and ")}, so its errors go nowhere yet: npm run berth -- sentry sets it, then commit`,
    );
  }
  if (problems.length === 0) return context.say("Sentry is as declared");
  throw new Refusal(problems.map(({ name, says }) => `${name}: ${says}`).join("\n"));
}

/**
 * Takes away what watches; projects stay there with their events. A state of before it was said whose all of it is knows
 * of names of before alone, which are ours then.
 */
export async function endSentry(context: Context, text: string): Promise<void> {
  const { sentry, owner = projectName(context.directory) } = readAsked("sentry", text);
  const there = new SentryApi(sentry as AgencySentry, context.env);
  const { steps } = endingPlan(markOf(owner), await there.read());
  for (const { says, act } of steps) {
    await carryOut(there, context, act);
    context.say(`done: ${says}`);
  }
}

function withoutDsn(wanted: Wanted): Wanted {
  return { ...wanted, projects: wanted.projects.map((each) => ({ ...each, dsnPlaces: [] })) };
}
