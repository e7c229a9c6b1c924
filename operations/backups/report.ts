import type { Context } from "../ground/context";
import { table } from "../ground/table";
import { exits, Refusal } from "../ground/usage";
import { drillDays, freshHours } from "./choose";
import { brokenChain } from "./evidence";
import { projectsOf, recordsOf, type BackedUp } from "./projects";
import { Store } from "./store";

/** A row, and what needs a person. */
interface Told {
  readonly cells: readonly string[];
  readonly problems: readonly string[];
}

/** `berth drill --report`: 0 where every project has a young backup and a young proof that verifies. */
export async function report(
  context: Context,
  environment: string,
  slug?: string,
): Promise<number> {
  const { backedUp, without, unread } = projectsOf(context, environment, slug);
  const told = await Promise.all(backedUp.map((each) => rowOf(context, each)));
  const rows = [...told.map(({ cells }) => cells), ...without.map((each) => [each, "none"])];
  const titles = ["PROJECT", "BACKUP", "DRILL", "VERDICT", "ROWS", "BYTES", "RECOVERY", "TARGET"];
  context.out(`${table(titles, rows)}\n`);
  const problems = [
    ...told.flatMap((each) => each.problems),
    ...without.map((each) => `${each}: has no backup`),
    ...unread,
    ...(rows.length === 0 ? [`${environment} declares no project`] : []),
  ];
  if (problems.length > 0) context.out(`\n${problems.map((each) => `! ${each}\n`).join("")}`);
  return problems.length === 0 ? exits.done : exits.failed;
}

async function rowOf(context: Context, each: BackedUp): Promise<Told> {
  const { slug } = each.project;
  try {
    return await lookedAt(context, each);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { cells: [slug, "?", "?", "unknown"], problems: [`${slug}: ${error.message}`] };
  }
}

async function lookedAt(context: Context, { project, place }: BackedUp): Promise<Told> {
  const { slug } = project;
  const store = new Store(place, context.env);
  const holdings = await store.holdings();
  const records = await recordsOf(store, holdings);
  const problems = brokenChain(records).map((why) => `${slug}: evidence: ${why}`);
  const hours = (at: string | Date) => (context.now.getTime() - new Date(at).getTime()) / 3_600_000;
  const archive = holdings.archives.filter(({ manifest }) => manifest !== undefined).at(-1);
  if (archive === undefined) problems.push(`${slug}: has no archive`);
  else if (hours(archive.at) > freshHours) {
    problems.push(
      `${slug}: its newest archive is ${age(hours(archive.at))} old; ${freshHours} h are allowed`,
    );
  }
  const last = records.findLast(({ record }) => record !== undefined)?.record;
  if (last === undefined) problems.push(`${slug}: was never drilled`);
  else {
    if (last.project !== slug)
      problems.push(`${slug}: evidence: its last record is of ${last.project}`);
    if (hours(last.begun) > drillDays * 24) {
      problems.push(
        `${slug}: its last drill is ${age(hours(last.begun))} old; ${drillDays} days are allowed`,
      );
    }
    if (last.verdict !== "proven") {
      problems.push(`${slug}: ${last.verdict}: ${last.reasons.join("; ")}`);
    }
  }
  const { seconds = null, targetMinutes = null } = last?.recovery ?? {};
  const target = project.backup?.recoveryMinutes ?? targetMinutes;
  if (seconds !== null && target !== null && seconds > target * 60) {
    problems.push(`${slug}: took ${seconds} s to restore; ${target} min are declared`);
  }
  const cells = [
    slug,
    archive === undefined ? "none" : age(hours(archive.at)),
    last === undefined ? "never" : age(hours(last.begun)),
    last?.verdict ?? "unproven",
    String(last?.held.rows ?? "-"),
    String(last?.held.bytes ?? "-"),
    seconds === null ? "-" : `${seconds} s`,
    target === null ? "-" : `${target} min`,
  ];
  return { cells, problems };
}

/** `26 h`, `9 days` */
function age(hours: number): string {
  if (hours < 1) return `${Math.round(hours * 60)} min`;
  return hours < 72 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} days`;
}
