import * as pulumi from "@pulumi/pulumi";

import type { Clock } from "../clock";
import type { History } from "../outputs/history";
import type { NodeSpec, ProjectSpec } from "../fleet/fleet";
import { servedBy } from "../fleet/serving";
import type { ResolvedFleet } from "../placement/resolved";
import { idleness, servingOf } from "./idle";

/** What a run records by, and what the runs before it recorded. */
export interface Recording {
  readonly fleet: ResolvedFleet;
  readonly history: History;
  /** What the environment's last run published; this stack's own history in an environment. */
  readonly environment: History;
  readonly now: Clock;
}

/** Whether a project's names lead where they shall; undefined where Berth makes none of them. */
export type Led = (slug: string) => pulumi.Output<boolean> | undefined;

/**
 * Since when a project is served as it is now: recorded by the run that led its names there, once they
 * were, and handed on from run to run. A host stack leaves the record to its environment.
 */
export function servedSince(
  { fleet, history, now }: Recording,
  project: ProjectSpec,
  led: Led,
): pulumi.Input<string | undefined> {
  if (fleet.role === "host") return undefined;
  const before = servingOf(fleet, project.slug, history);
  if (before?.since && before.servedBy === servedBy(fleet, project)) return stamp(before.since);
  return once([led(project.slug)], now);
}

/**
 * Since when a machine serves nobody (R74), absent while it serves. A host stack's record begins when
 * its retirement is declared, unless the environment recorded the switch.
 */
export function idleSince(
  { fleet, history, environment, now }: Recording,
  node: NodeSpec,
  led: Led,
): pulumi.Input<string | undefined> {
  const serves =
    fleet.role === "host"
      ? node.retired === undefined
      : fleet.projects.some((each) => each.node === node.name && each.servedBy === undefined);
  if (serves) return undefined;
  const idle = idleness(fleet, node, history, environment);
  if (idle.kind === "serving") return undefined;
  return idle.kind === "since" ? stamp(idle.since) : once(node.projects.map(led), now);
}

/** The present, once all of them are; a run in which one failed or was left out records nothing. */
function once(
  led: readonly (pulumi.Output<boolean> | undefined)[],
  now: Clock,
): pulumi.Output<string | undefined> {
  return pulumi
    .all([...led])
    .apply((all) => (all.every((each) => each !== false) ? stamp(now()) : undefined));
}

/** To the second, as providers write the dates of snapshots. */
function stamp(instant: Date): string {
  return instant.toISOString().replace(/\.\d+Z$/, "Z");
}
