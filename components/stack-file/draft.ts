import type { AwsService, Environment, Residency } from "../fleet/fleet";
import type { Loose } from "./loose";
import type { EnvironmentConfig, ProjectFacts } from "../fleet/config";
import { placeOf } from "../fleet/show";

export type ConfigDraft = Loose<EnvironmentConfig>;
export type FactsDraft = Loose<ProjectFacts>;
export type NodeDraft = Loose<NonNullable<EnvironmentConfig["nodes"]>[string]>;

/** A stack file as the cross-checks see it: well-formed parts alone. */
export interface StackDraft {
  readonly stack: string;
  /** The file to name in problems; absent for the stack being read. */
  readonly file?: string;
  readonly config: ConfigDraft;
}

/** A project with its facts gathered from wherever they are declared. */
export interface ProjectDraft {
  readonly slug: string;
  readonly facts: FactsDraft;
  /** Name of its node: declared, or the slug. */
  readonly node: string;
  /** The stack whose machine answers under its names. */
  readonly servingStack: string | undefined;
  /** The place of one of its facts, or of the project itself, in the file that declares it. */
  readonly at: (...path: readonly PropertyKey[]) => string;
}

/** A machine of this stack: entry, projects and what they ask for together. */
export interface MachineDraft {
  readonly name: string;
  /** Its entry in `berth:nodes`; most machines have none. */
  readonly entry: NodeDraft | undefined;
  /** Projects on it, sorted by slug; empty only for an entry that nothing uses. */
  readonly projects: readonly ProjectDraft[];
  readonly needs: readonly AwsService[];
  readonly residency: Residency;
  readonly at: (...path: readonly PropertyKey[]) => string;
}

/** All that the cross-checks look at. */
export interface Draft {
  readonly stack: string;
  readonly role: "environment" | "host";
  readonly environment: Environment | undefined;
  readonly today: Date;
  /** This stack's own file. */
  readonly own: StackDraft;
  /** The stack that defines the projects: this one, or the environment of a host stack. */
  readonly definition: StackDraft | undefined;
  /** Every other stack file, read loosely. */
  readonly others: readonly StackDraft[];
  /** Places whose value has a wrong form and is therefore absent here; told already. */
  readonly broken: readonly string[];
  /** This stack's projects, sorted by slug. */
  readonly projects: readonly ProjectDraft[];
  /** This stack's machines, sorted by name. */
  readonly machines: readonly MachineDraft[];
}

/** The place of a value in a stack file. */
export function at(draft: StackDraft, ...path: readonly PropertyKey[]): string {
  return placeOf(path, draft.file);
}

/**
 * Whether the value at a place, or what holds it, was left out for its form. What follows from its
 * absence alone is not worth telling: it would go with the first correction.
 */
export function isBroken({ broken }: Draft, place: string): boolean {
  return broken.some(
    (wrong) => place === wrong || place.startsWith(`${wrong}.`) || place.startsWith(`${wrong}[`),
  );
}

/** The entries of a loose map that are there, sorted by key. */
export function entriesOf<Value>(
  map: Readonly<Record<string, Value | undefined>> | undefined,
): readonly (readonly [string, Value])[] {
  return Object.entries(map ?? {})
    .flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
    .sort(([a], [b]) => compare(a, b));
}

/** Order by code point, the same on every machine. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
