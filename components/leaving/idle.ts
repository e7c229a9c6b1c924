import { machineBefore, type History, type Serving } from "../outputs/history";
import type { Fleet, NodeSpec } from "../fleet/fleet";

/** Since when a machine serves nobody, or what speaks against it. */
export type Idleness =
  /** By what finished runs recorded. */
  | { readonly kind: "since"; readonly since: Date }
  /** No run recorded it, so the seven days begin with the one at hand. */
  | { readonly kind: "unrecorded" }
  /** Visitors are led to it still, by what the environment's last run recorded. */
  | { readonly kind: "serving"; readonly projects: readonly string[] };

/**
 * Since when a machine serves nobody (R74), by what was recorded when names were led elsewhere, never
 * by what a stack file says. `environment` is what the environment's last run published: this stack's
 * own history, or for a host stack that of the environment it serves.
 *
 * The projects that count are those on the machine now and those that were on it before: one that is
 * moved or dropped in the same edit was served from it until now.
 */
export function idleness(
  fleet: Fleet,
  node: NodeSpec,
  history: History,
  environment: History,
): Idleness {
  const before = machineBefore(history, node);
  const slugs = new Set([...node.projects, ...(before?.projects ?? [])].map(nowCalled(fleet)));
  const servings = [...slugs].map((slug) => ({
    slug,
    serving: servingOf(fleet, slug, environment),
  }));
  const here = servings.filter(({ serving }) => serving?.servedBy === fleet.stack);
  if (here.length > 0) {
    // In an environment the names are led away by this very run.
    if (fleet.role === "environment") return { kind: "unrecorded" };
    return { kind: "serving", projects: here.map(({ slug }) => slug) };
  }
  // Led elsewhere by a run that did not see it done.
  if (servings.some(({ serving }) => serving && !serving.since)) return { kind: "unrecorded" };
  const dates = servings.flatMap(({ serving }) => (serving?.since ? [serving.since] : []));
  // A host stack need not run when names leave it: the environment's record is the switch itself.
  const complete = fleet.role === "host" && dates.length === slugs.size;
  const own = before?.idleSince;
  if (!complete && own === undefined) return { kind: "unrecorded" };
  return { kind: "since", since: latest([...dates, ...(complete || !own ? [] : [own])]) };
}

/** The last of several instants, of which there is one at least. */
export function latest(dates: readonly Date[]): Date {
  return new Date(Math.max(...dates.map((date) => date.getTime())));
}

/** Who serves a project by the last run's outputs, also under its former slug. */
export function servingOf(fleet: Fleet, slug: string, { serving }: History): Serving | undefined {
  const former = fleet.projects.find((project) => project.slug === slug)?.formerly;
  return serving.get(slug) ?? serving.get(former ?? slug);
}

function nowCalled({ projects }: Fleet) {
  return (slug: string) => projects.find(({ formerly }) => formerly === slug)?.slug ?? slug;
}
