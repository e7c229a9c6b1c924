import { unknownValue } from "@pulumi/pulumi/runtime";

import { mapping } from "../fleet/mapping";
import type { NodeSpec } from "../fleet/fleet";

/** What a stack's own outputs tell of its last run, as far as the next one must know it. */
export interface History {
  /** The domain of each project, by slug. */
  readonly domains: ReadonlyMap<string, string>;
  /** Who serves each project, by slug. */
  readonly serving: ReadonlyMap<string, Serving>;
  /** Each node's machine, by the node's name. */
  readonly machines: ReadonlyMap<string, Machine>;
  /** The buckets that archives went to, by region. */
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
}

/** What the last run published of a node, also under a former name. */
export function machineBefore(
  { machines }: History,
  { name, formerly }: Pick<NodeSpec, "name" | "formerly">,
): Machine | undefined {
  return machines.get(name) ?? machines.get(formerly ?? name);
}

/** A bucket's name, and whether it was there before Berth. */
interface Archive {
  readonly name: string;
  readonly adopted: boolean;
}

/** Reads a stack's outputs. What is not there, or of another form, tells nothing. */
export function historyOf(outputs: unknown): History {
  return {
    domains: new Map(
      entriesAt(outputs, "projects").flatMap(([slug, project]) => {
        const domain = textAt(project, "primary");
        return domain === undefined ? [] : [[slug, domain] as const];
      }),
    ),
    serving: new Map(
      entriesAt(outputs, "projects").map(([slug, project]) => [
        slug,
        { servedBy: textAt(project, "servedBy"), since: instantAt(project, "servedSince") },
      ]),
    ),
    machines: new Map(
      entriesAt(outputs, "nodes").map(([name, node]) => [
        name,
        {
          provider: textAt(node, "provider"),
          region: textAt(node, "region"),
          id: textAt(node, "id"),
          adopted: textAt(node, "adopted"),
          environment: textAt(node, "environment"),
          projects: listAt(node, "projects"),
          idleSince: instantAt(node, "idleSince"),
          released: mapping(node)["released"] === true,
          address: textAt(node, "address"),
          hostKey: textAt(node, "hostKey"),
        },
      ]),
    ),
    buckets: new Map(
      entriesAt(outputs, "backups").flatMap(([, backup]) => {
        const [region, name] = [textAt(backup, "region"), textAt(backup, "bucket")];
        if (region === undefined || name === undefined) return [];
        return [[region, { name, adopted: mapping(backup)["adopted"] === true }] as const];
      }),
    ),
  };
}

function entriesAt(value: unknown, key: string): [string, unknown][] {
  return Object.entries(mapping(mapping(value)[key]));
}

/** Where something failed, the engine puts a word of its own, which tells nothing. */
function textAt(value: unknown, key: string): string | undefined {
  const found = mapping(value)[key];
  return typeof found === "string" && found !== unknownValue ? found : undefined;
}

function listAt(value: unknown, key: string): string[] {
  const found = mapping(value)[key];
  return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
}

function instantAt(value: unknown, key: string): Date | undefined {
  const text = textAt(value, key);
  const instant = text === undefined ? undefined : new Date(text);
  return instant === undefined || Number.isNaN(instant.getTime()) ? undefined : instant;
}
