import { ConfigError } from "../../components/fleet/problem";
import type { Context } from "../ground/context";
import { table } from "../ground/table";
import { exits, Refusal } from "../ground/usage";
import { tellStanding, type Trouble } from "../notify/standing";
import { drillDays, freshHours, hoursSince, isAhead } from "./choose";
import { stateSlug } from "../../components/fleet/backup-prefix";
import { brokenChain } from "./evidence";
import { holdingsOf, instantText, type Listed } from "./keys";
import { projectsOf, recordsOf, type BackedUp } from "./projects";
import { stateCopies } from "./state/manifest";
import { statePlace, type StatePlace } from "./state/place";
import { Store } from "./store";

/** A row, and what needs a person. */
interface Told {
  readonly cells: readonly string[];
  readonly problems: readonly string[];
}

/** What `berth drill --report` is about. */
export interface Wanted {
  readonly environment: string;
  readonly slug?: string | undefined;
  /** File of what Slack was told: it is told what is newly wrong, and what is right again. */
  readonly memory?: string | undefined;
}

/** `berth drill --report`: 0 where everything has a young backup and a young proof that verifies. */
export async function report(
  context: Context,
  { environment, slug, memory }: Wanted,
): Promise<number> {
  const tell = async (troubles: readonly Trouble[], blind = false) => {
    if (memory === undefined) return;
    const title = `Backups of ${slug === undefined ? "" : `${slug} in `}${environment}`;
    const told = await tellStanding(context.env, memory, title, troubles, blind);
    context.say(told ? "Slack was told" : "nothing new to tell Slack");
  };
  let problems: readonly Trouble[];
  try {
    problems = await looked(context, environment, slug);
  } catch (error) {
    // Whoever waits for an alarm must hear of this too.
    if (error instanceof Refusal || error instanceof ConfigError) {
      const what = `nothing could be looked at: ${error.message}`;
      await tell([{ subject: "report", what }], true);
    }
    throw error;
  }
  if (problems.length > 0) context.out(`\n${problems.map(({ what }) => `! ${what}\n`).join("")}`);
  await tell(problems);
  return problems.length === 0 ? exits.done : exits.failed;
}

/** Prints the table. Answers what needs a person. */
async function looked(context: Context, environment: string, slug?: string): Promise<Trouble[]> {
  const { backedUp, unmade, without, unread } = projectsOf(context, environment, slug);
  const state = environment === "prod" && slug === undefined ? statePlace(context) : undefined;
  const subjects = [
    ...backedUp.map((each) => projectSubject(context, each, unmade)),
    ...(state === undefined ? [] : [stateSubject(context, state)]),
  ];
  const told = await Promise.all(
    subjects.map(async (each) => ({ subject: each.slug, ...(await rowOf(context, each)) })),
  );
  const rows = [...told.map(({ cells }) => cells), ...without.map((each) => [each, "none"])];
  const titles = ["PROJECT", "BACKUP", "DRILL", "VERDICT", "ROWS", "BYTES", "RECOVERY", "TARGET"];
  context.out(`${table(titles, rows)}\n`);
  return [
    ...told.flatMap(({ subject, problems }) => problems.map((what) => ({ subject, what }))),
    ...without.map((subject) => ({ subject, what: `${subject}: has no backup` })),
    ...unread.map((what) => ({ subject: "stack files", what })),
    ...(rows.length === 0
      ? [{ subject: environment, what: `${environment} declares no project` }]
      : []),
  ];
}

/** What is backed up and drilled, and how its newest archive is found. */
interface Subject {
  readonly slug: string;
  readonly store: Store;
  readonly newest: (listed: readonly Listed[], prefix: string) => Date | undefined;
  /** Why it counts as not backed up, whatever lies there. */
  readonly unmade?: string;
  /** What is declared of the time that it may take. */
  readonly targetMinutes?: number | undefined;
}

function projectSubject(
  context: Context,
  { project, place }: BackedUp,
  unmade: readonly string[],
): Subject {
  return {
    ...(!unmade.includes(project.slug)
      ? {}
      : {
          unmade:
            "counts as not backed up: no node makes its archives, as none delivers it (repository, and manage with proxy and deploy) or runs its backup.compose",
        }),
    slug: project.slug,
    store: new Store(place, context.env),
    newest: (listed, prefix) =>
      holdingsOf(prefix, listed).archives.findLast(({ manifest }) => manifest !== undefined)?.at,
    targetMinutes: project.backup?.recoveryMinutes,
  };
}

function stateSubject(context: Context, { place }: StatePlace): Subject {
  return {
    slug: stateSlug,
    store: new Store(place, context.env),
    newest: (listed, prefix) => stateCopies(prefix, listed).at(-1)?.at,
  };
}

async function rowOf(context: Context, each: Subject): Promise<Told> {
  const { slug } = each;
  try {
    return await lookedAt(context, each);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { cells: [slug, "?", "?", "unknown"], problems: [`${slug}: ${error.message}`] };
  }
}

async function lookedAt(
  context: Context,
  { slug, store, newest, unmade, targetMinutes: declared }: Subject,
): Promise<Told> {
  const { prefix } = store.place;
  const listed = await store.list(prefix);
  const records = await recordsOf(store, holdingsOf(prefix, listed));
  const problems = brokenChain(records).map((why) => `${slug}: evidence: ${why}`);
  const hours = (at: string | Date) => hoursSince(new Date(at), context.now);
  if (unmade !== undefined) problems.push(`${slug}: ${unmade}`);
  const archive = newest(listed, prefix);
  if (archive === undefined) problems.push(`${slug}: has no archive`);
  else if (hours(archive) > freshHours) {
    problems.push(
      `${slug}: its newest archive is ${age(hours(archive))} old; ${freshHours} h are allowed`,
    );
  } else if (isAhead(hours(archive))) {
    // It would hide for years that no other comes.
    problems.push(`${slug}: its newest archive is dated in the future: ${instantText(archive)}`);
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
    if (isAhead(hours(last.begun))) {
      problems.push(`${slug}: its last drill is dated in the future: ${last.begun}`);
    }
    if (last.verdict !== "proven") {
      problems.push(`${slug}: ${last.verdict}: ${last.reasons.join("; ")}`);
    }
  }
  const { seconds = null, targetMinutes = null } = last?.recovery ?? {};
  const target = declared ?? targetMinutes;
  if (seconds !== null && target !== null && seconds > target * 60) {
    problems.push(`${slug}: took ${seconds} s to restore; ${target} min are declared`);
  }
  const cells = [
    slug,
    archive === undefined ? "none" : age(hours(archive)),
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
  if (isAhead(hours)) return "future";
  if (hours < 1) return `${Math.round(hours * 60)} min`;
  return hours < 72 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} days`;
}
