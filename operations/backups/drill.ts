import * as os from "node:os";

import { untilAsked } from "../../engine/program";
import type { Context } from "../ground/context";
import { printable, printableLine } from "../ground/printable";
import { exits, readCommandLine, Refusal, UsageError } from "../ground/usage";
import { Docker } from "./docker";
import { drillKeyOf, mustBeDeclared } from "./drill-key";
import { sealed, tips, type DrillKey, type Found } from "./evidence";
import { evidenceKey } from "./keys";
import { projectsOf, recordsOf, residencyProblem, type BackedUp } from "./projects";
import { Proof } from "./proof";
import { prunable, prune } from "./prune";
import { report } from "./report";
import { drillState } from "./state/drill";
import { Store } from "./store";

/** Characters of a reason that a terminal shows; the record has all of it. */
const sentence = 1000;

/** How `berth drill` is called. */
export const usage = `usage: berth drill [options] [project]
       berth drill --report [--environment E] [--memory FILE]
       berth drill --state [--keep]
       berth drill --show-key

Proves that backups can be restored (R34): takes each project's newest archive, unpacks it in a
container without network and rights, loads it into a fresh server of its own image, and compares
what is there with what was backed up: rows by their checksums, files, and all else that was counted.
The record goes into the bucket, signed and chained to the one before. After a proof, archives
that are older than they are kept are deleted; the proven one never is.

Run it weekly, away from production. It needs Docker (any context), credentials of AWS that read
the archives and write records (as the AWS command finds them), and its own key:
  BERTH_DRILL_KEY=FILE   an Ed25519 private key: openssl genpkey -algorithm ed25519 -out FILE
  BERTH_AGE_IDENTITY=FILE  identities of age, where archives are encrypted
The public half of the drill's key is declared in the stack file, under backups.drillKeys.

  --report         every project, and the state: age of its backup and its drill, what was restored, how long it took
  --memory FILE    with --report: tells Slack (SLACK_WEBHOOK_URL) what is newly wrong and what is right again; the
                   file keeps what was told, and is made when it is not there
  --state          the newest copy of Berth's own state instead: every stack made anew from it in an empty directory
                   and an empty backend, and previewed; it needs what a preview needs, and BERTH_AGE_IDENTITY
  --show-key       the line that declares the key
  --in PLACE       where this computer is: canada, or anywhere; projects whose data must stay in
                   Canada are drilled there alone (also BERTH_DRILL_IN)
  --environment E  prod, unless said otherwise
  --keep           prune nothing

Ends with 0 when everything is proven, 1 when something is not.
`;

/** `berth drill`. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["report", "show-key", "state", "keep"],
    values: ["environment", "in", "memory"],
  });
  const [slug, ...more] = words;
  if (more.length > 0) throw new UsageError("one project, or none for all");
  const environment = values["environment"] ?? "prod";
  if (values["memory"] !== undefined && !flags.has("report"))
    throw new UsageError("--memory goes with --report");
  if (flags.has("report")) return report(context, { environment, slug, memory: values["memory"] });
  const key = drillKeyOf(context.env);
  if (flags.has("show-key")) {
    context.out(`${key.public}\n`);
    return exits.done;
  }
  if (flags.has("state")) {
    if (slug !== undefined || Object.keys(values).length > 0)
      throw new UsageError("--state goes without a project and without --environment and --in");
    return tellState(context, await drillState(context, { key, keeps: flags.has("keep") }));
  }
  const place = values["in"] ?? context.env["BERTH_DRILL_IN"];
  const { backedUp, without, unread } = projectsOf(context, environment, slug);
  mustBeDeclared(key, environment, backedUp);
  for (const each of without) context.say(`${each}: has no backup`);
  const verdicts: Found["verdict"][] = [];
  for (const each of backedUp)
    verdicts.push(await drill(context, each, key, place, flags.has("keep")));
  const isProven = verdicts.every((verdict) => verdict === "proven");
  const isWhole = isProven && without.length === 0 && unread.length === 0 && backedUp.length > 0;
  return isWhole ? exits.done : exits.failed;
}

/** One project. What the drill could not do at S3 is told, and is no proof. */
async function drill(
  context: Context,
  { project, environment, place }: BackedUp,
  key: DrillKey,
  where: string | undefined,
  keeps: boolean,
): Promise<Found["verdict"]> {
  const { slug } = project;
  const problem = residencyProblem(project, where);
  if (problem !== undefined) {
    context.out(`${slug}: could not run\n  ${problem}\n`);
    return "could not run";
  }
  const store = new Store(place, context.env);
  try {
    const holdings = await store.holdings();
    const records = await recordsOf(store, holdings);
    const last = records.findLast(({ record }) => record?.verdict === "proven")?.record;
    const by = `${context.env["USER"] ?? os.userInfo().username}@${os.hostname()}`;
    const found = await untilAsked((signal) =>
      new Proof({
        ...{ project, environment, store, last, signal },
        docker: new Docker(context.env),
        now: context.now,
        identity: context.env["BERTH_AGE_IDENTITY"],
        ran: { in: where ?? null, by },
        say: context.say,
      }).run(holdings),
    );
    tell(context, found);
    const written = evidenceKey(place.prefix, context.now);
    await store.create(written, sealed(found, tips(records), key));
    const keys = keeps ? [] : prunable(holdings, found, place.bucket.keepDays, context.now);
    await prune(context, store, { keys, whose: slug });
    return found.verdict;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    context.out(`${slug}: could not run\n  ${error.message}\n`);
    return "could not run";
  }
}

function tellState({ out }: Context, { project, verdict, held, recovery, reasons }: Found): number {
  const time = recovery.seconds === null ? "" : ` in ${recovery.seconds} s`;
  out(`${project}: ${verdict}: ${held.files} stacks, ${held.rows} resources${time}\n`);
  for (const reason of reasons) out(`  ${printable(reason).slice(0, sentence)}\n`);
  return verdict === "proven" ? exits.done : exits.failed;
}

function tell({ out }: Context, found: Found): void {
  const { held, recovery } = found;
  const tables = Object.keys(held.tables).length;
  const what = `${tables} tables, ${held.rows} rows, ${held.files} files, ${held.bytes} bytes`;
  const time = recovery.seconds === null ? "" : ` in ${recovery.seconds} s`;
  const target = recovery.targetMinutes === null ? "" : ` (target: ${recovery.targetMinutes} min)`;
  out(`${found.project}: ${found.verdict}: ${what}${time}${target}\n`);
  for (const reason of found.reasons) out(`  ${printableLine(reason, sentence)}\n`);
  for (const each of found.differences) out(`  note: ${printableLine(each, sentence)}\n`);
}
