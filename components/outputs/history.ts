import type { NodeSpec } from "../fleet/fleet";
import { readOutputs, type NodeOutput } from "./schema";

/** What a stack's own outputs tell of its last run, as far as the next one must know it. */
export interface History {
  /** The domain of each project, by slug. */
  readonly domains: ReadonlyMap<string, string>;
  /** Slugs of the projects whose names were given back to what they were before. */
  readonly handedBack: ReadonlySet<string>;
  /** Who serves each project, by slug. */
  readonly serving: ReadonlyMap<string, Serving>;
  /** Each node's machine, by the node's name. */
  readonly machines: ReadonlyMap<string, Machine>;
  /** The agency's buckets that archives went to, by region. */
  readonly buckets: ReadonlyMap<string, Archive>;
}

/** Who answers under a project's names, as the last run recorded it. */
export interface Serving {
  /** The stack, or `none`. */
  readonly servedBy: string | undefined;
  /** When its names were led there; absent where that run did not see it done. */
  readonly since: Date | undefined;
}

/** A machine as the last run published it. Programs before this one published less. */
export interface Machine {
  readonly provider: string | undefined;
  /** Region, or zone at Scaleway. */
  readonly region: string | undefined;
  /** The provider's id of it. */
  readonly id: string | undefined;
  /** The id that it was imported by, if it was. */
  readonly adopted: string | undefined;
  /** What it belongs to: a host stack's file could be moved to another. */
  readonly environment: string | undefined;
  /** Slugs of the projects that lived on it. */
  readonly projects: readonly string[];
  /** Since when it serves nobody, as that run recorded it (R74). */
  readonly idleSince: Date | undefined;
  /** Its protection was lifted: everything was checked, and the next run deletes it. */
  readonly released: boolean;
  /** Where it is reached, and the host key that is pinned there; of a machine that was converged. */
  readonly address: string | undefined;
  readonly hostKey: string | undefined;
  /** The end of each project's certificate that it was seen to serve, by slug. */
  readonly certificates: Readonly<Record<string, string | undefined>>;
}

/** What the last run published of a node, also under a former name. */
export function machineBefore(
  { machines }: History,
  { name, formerly }: Pick<NodeSpec, "name" | "formerly">,
): Machine | undefined {
  return machines.get(name) ?? machines.get(formerly ?? name);
}

/** A bucket's name, and whether it was there before Berth. */
export interface Archive {
  readonly name: string;
  readonly adopted: boolean;
}

/** Reads a stack's outputs. What is not there tells nothing. Throws `UnreadableOutputs`. */
export function historyOf(stack: string, outputs: unknown): History {
  const { nodes, projects, backups } = readOutputs(stack, outputs);
  return {
    domains: new Map(
      Object.entries(projects).flatMap(([slug, { primary }]) =>
        primary === undefined ? [] : [[slug, primary] as const],
      ),
    ),
    handedBack: new Set(
      Object.entries(projects).flatMap(([slug, { handedBack }]) => (handedBack ? [slug] : [])),
    ),
    serving: new Map(
      Object.entries(projects).map(([slug, { servedBy, servedSince }]) => [
        slug,
        { servedBy, since: instantOf(servedSince) },
      ]),
    ),
    machines: new Map(Object.entries(nodes).map(([name, node]) => [name, machineOf(node)])),
    buckets: new Map(
      Object.values(backups).flatMap(({ region, bucket, adopted = false, owner }) =>
        region === undefined || bucket === undefined || owner !== undefined
          ? []
          : [[region, { name: bucket, adopted }] as const],
      ),
    ),
  };
}

function machineOf(node: NodeOutput): Machine {
  const { provider, region, id, adopted, environment, address, hostKey } = node;
  const { projects = [], released = false, idleSince, certificates = {} } = node;
  return {
    ...{ provider, region, id, adopted, environment, address, hostKey },
    ...{ projects, released, certificates, idleSince: instantOf(idleSince) },
  };
}

/** What is no instant tells nothing. */
function instantOf(text: string | undefined): Date | undefined {
  const instant = text === undefined ? undefined : new Date(text);
  return instant === undefined || Number.isNaN(instant.getTime()) ? undefined : instant;
}
