import { isBackedUp } from "../../components/placement/backed-up";
import type { Archives, ResolvedFleet, ResolvedProject } from "../../components/placement/resolved";
import type { Context } from "../ground/context";
import { projectsIn, readFleets } from "../ground/reading";
import { Refusal } from "../ground/usage";
import { inPlace, readRecord, type Read } from "./evidence";
import type { Holdings } from "./keys";
import type { Store } from "./store";

/** A project that is backed up, in its environment. */
export interface BackedUp {
  readonly environment: string;
  readonly project: ResolvedProject;
  readonly place: Archives;
}

/** Projects of an environment, also those without a place for archives. */
export interface ProjectsFound {
  readonly backedUp: readonly BackedUp[];
  /** Slugs of those that no node backs up, as a machine that is only observed does not. */
  readonly unmade: readonly string[];
  /** Slugs of projects without a backup. */
  readonly without: readonly string[];
  /** Stack files that could not be read: whom they declare nobody knows. */
  readonly unread: readonly string[];
}

/**
 * The projects that an environment's stack file declares; `slug`: this one alone. Throws a `Refusal` for a project
 * that there is none of, or that has no backup, and as `readFleets` does.
 */
export function projectsOf(context: Context, environment: string, slug?: string): ProjectsFound {
  const { fleets, unread } = readFleets(context, { environment });
  const chosen = projectsIn(fleets, environment, slug);
  const without = chosen.filter(({ archives }) => archives === undefined);
  if (slug !== undefined && without.length > 0) {
    throw new Refusal(`${slug} has no backup in ${environment}: declare one in the stack file`);
  }
  return {
    backedUp: chosen.flatMap((project) =>
      project.archives === undefined ? [] : [{ environment, project, place: project.archives }],
    ),
    unmade: chosen.map(({ slug: each }) => each).filter((each) => !isMadeBy(fleets, each)),
    without: without.map((each) => each.slug),
    unread: unread.map(({ why }) => why),
  };
}

/** Whether some node of these fleets backs a project up: the environment's own, or the host stack's that serves it. */
function isMadeBy(fleets: readonly ResolvedFleet[], slug: string): boolean {
  return fleets
    .flatMap(({ nodes }) => nodes)
    .some((node) => node.residents.some((each) => each.slug === slug && isBackedUp(node, each)));
}

/** Why data of a project may not be copied to a computer that is in `place`; undefined where it may (R3). */
export function residencyProblem(
  { residency }: ResolvedProject,
  place: string | undefined,
): string | undefined {
  if (place !== undefined && !["canada", "anywhere"].includes(place)) {
    return `--in ${place}: canada or anywhere is needed`;
  }
  if (residency !== "canada" || place === "canada") return undefined;
  return "its data must stay in Canada (R3): do this on a computer there, and say so: --in canada";
}

/** All records of a project's drills, oldest first, each with why it is not believed where it is not. */
export function recordsOf(store: Store, { evidence }: Holdings): Promise<Read[]> {
  const { drillKeys, prefix } = store.place;
  return Promise.all(
    evidence.map(async (key) => inPlace(readRecord(key, await store.text(key), drillKeys), prefix)),
  );
}
