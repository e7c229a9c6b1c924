import { choose, drillDays } from "../backups/choose";
import { brokenChain, type Read } from "../backups/evidence";
import type { Holdings } from "../backups/keys";
import { projectsOf, recordsOf, type BackedUp } from "../backups/projects";
import { Store } from "../backups/store";
import type { Context } from "../ground/context";
import { printableLine } from "../ground/printable";
import { Refusal } from "../ground/usage";
import type { ErrorTracking } from "./service";
import type { Wanted, WatchedKind } from "./wanted";

/** What is wrong with a project's newest archive and with its proofs, a sentence each. */
export interface Looked {
  readonly backup: readonly string[];
  readonly drill: readonly string[];
}

/** Looks at a project's archives and proofs where they lie. Throws a `Refusal` where it cannot. */
export async function lookAt(context: Context, { project, place }: BackedUp): Promise<Looked> {
  const store = new Store(place, context.env);
  const holdings = await store.holdings();
  const records = await recordsOf(store, holdings);
  return judged(holdings, records, project.slug, place.prefix, context.now);
}

/** An archive of 26 hours (R33), and a last drill of 8 days that proved one (R34), have nothing wrong. Pure. */
export function judged(
  holdings: Holdings,
  records: readonly Read[],
  slug: string,
  prefix: string,
  now: Date,
): Looked {
  const last = records.findLast(({ record }) => record !== undefined)?.record;
  const days = (now.getTime() - Date.parse(last?.begun ?? "")) / 86_400_000;
  const drill = [
    ...brokenChain(records),
    ...(last !== undefined && last.project !== slug
      ? [`its last record is of ${last.project}`]
      : []),
    ...(last !== undefined && last.verdict !== "proven"
      ? [`${last.verdict}: ${last.reasons.join("; ")}`]
      : []),
    // No date at all is no young one.
    ...(days >= 0 && days <= drillDays ? [] : [`was not drilled for ${drillDays} days`]),
  ];
  return { backup: choose(holdings, prefix, now).failed, drill };
}

/**
 * Reports what the monitors expect each day, for whom it is known, and of the run itself at the end. Answers whether all
 * is well and was reported; nobody is kept from being reported by another's trouble.
 */
export async function report(
  context: Context,
  service: ErrorTracking,
  wanted: Wanted,
  isRunWell: boolean,
  look: typeof lookAt,
): Promise<boolean> {
  const { backedUp } = projectsOf(context, "prod");
  let isWell = isRunWell;
  const tell = (slug: string, problems: readonly string[]) => {
    if (problems.length > 0) isWell = false;
    const says = problems.length === 0 ? "ok" : `failed: ${problems.join("; ")}`;
    context.out(`${slug}: ${printableLine(says)}\n`);
  };
  for (const each of wanted.projects) {
    const own = backedUp.find(({ project }) => project.slug === each.project);
    try {
      const looked = own === undefined ? undefined : await look(context, own);
      const problemsOf: Readonly<Record<WatchedKind, readonly string[] | undefined>> = {
        backup: looked?.backup,
        drill: looked?.drill,
        nightly: isRunWell ? [] : ["a step of it failed"],
      };
      if (each.crons.length === 0) continue;
      const dsn = await service.dsnOf(each.slug);
      for (const { kind, slug } of each.crons) {
        const problems = problemsOf[kind];
        if (problems === undefined) continue;
        await service.checkIn(dsn, slug, problems.length === 0);
        tell(slug, problems);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      isWell = false;
      context.say(`${each.name}: not reported: ${error.message}`);
    }
  }
  return isWell;
}
