import type { Context } from "../ground/context";
import { table } from "../ground/table";
import { exits, readCommandLine, UsageError } from "../ground/usage";
import { planOf } from "./plan";
import { lookAt, report } from "./report";
import { scopes, tokenVariable } from "./request";
import { SentryApi } from "./sentry-api";
import type { ErrorTracking } from "./service";
import { settle } from "./settle";
import type { Line, Plan } from "./sheet";
import { wantedNow } from "./wanted-now";

/** How `berth sentry` is called. */
export const usage = `usage: berth sentry [--check] [--json]
       berth sentry --report ok|failed

For each production project what the agency's Sentry (agency.sentry in Pulumi.yaml) shall have: a project
with an alert to Slack, a watch from outside of each of its domains, and monitors that expect a report of
its backup and its drill each day; for the fleet one that expects the nightly run. Tells first what it will
do, then does it, then looks again. What people made there stays: it is taken over where it belongs to the
declared team or the stack file names it, and told otherwise. SENTRY_DSN is set in each stack's file that
lacks it, encrypted by the engine.

  --check     tells what differs, and changes nothing
  --json      as JSON
  --report R  ends the nightly run: reports for each project whether its newest archive is young and its
              newest proof stands, by your AWS credentials, and R for the run itself. Where nobody could
              look nothing is reported, and silence is the alarm

The token comes in ${tokenVariable}, with ${scopes}. SENTRY_URL, where it is set,
goes before the declared address.

exit status: 0 all is as declared, 1 something needs a person, 2 something differs (--check)
`;

/** `berth sentry`. `look` is for tests. */
export async function main(
  context: Context,
  argv: readonly string[],
  look: typeof lookAt = lookAt,
): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    ...{ flags: ["check", "json"], values: ["report"] },
  });
  if (words.length > 0) throw new UsageError(`sentry takes no words: ${words.join(" ")}`);
  const { report: ended } = values;
  if (ended !== undefined) {
    if (flags.size > 0) throw new UsageError("--report goes alone");
    if (ended !== "ok" && ended !== "failed") throw new UsageError("--report is ok or failed");
  }
  const wanted = wantedNow(context);
  const there: ErrorTracking = new SentryApi(wanted.agency, context.env);
  if (ended !== undefined) {
    const isWell = await report(context, there, wanted, ended === "ok", look);
    return isWell ? exits.done : exits.failed;
  }
  const plan = planOf(wanted, await there.read());
  if (flags.has("check")) {
    tell(context, plan, flags.has("json"));
    return verdict(plan);
  }
  if (!flags.has("json")) tell(context, plan, false);
  const left = await settle(context, there, plan, () => wantedNow(context));
  if (flags.has("json")) tell(context, left, true);
  return verdict(left);
}

function verdict({ steps, problems }: Plan): number {
  if (problems.length > 0) return exits.failed;
  return steps.length > 0 ? exits.drift : exits.done;
}

function tell(context: Context, plan: Plan, asJson: boolean): void {
  const { steps, problems, notes } = plan;
  if (asJson) {
    context.out(`${JSON.stringify({ steps: steps.map(line), problems, notes }, undefined, 2)}\n`);
    return;
  }
  const rows = [
    ...problems.map(({ name, says }) => ["!", name, says]),
    ...steps.map(({ name, says }) => ["+", name, says]),
    ...notes.map(({ name, says }) => [" ", name, says]),
  ];
  if (rows.length > 0) context.out(`${table(["", "FOR", "WHAT"], rows)}\n`);
  if (steps.length + problems.length === 0) context.out("Sentry is as declared\n");
}

function line({ name, says }: Line): Line {
  return { name, says };
}
