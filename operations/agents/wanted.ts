import { createHash } from "node:crypto";

import { jobName } from "../../components/fleet/jenkins";
import type { Machine } from "../fleet/fleet";
import { readMark } from "./mark";

/** An agent as Jenkins shall have it. */
export interface Wanted {
  /** The machine that it is on. */
  readonly machine: Machine;
  /** What its name begins with: what comes behind says how often it was renewed. */
  readonly base: string;
  /** The jobs that it takes, by the label that each of them asks for. */
  readonly labels: readonly string[];
}

/** An agent that Jenkins has. */
export interface Existing {
  readonly name: string;
  readonly description: string;
}

/**
 * The agents of the machines that declare one. A name carries what its machine is known by, a part of its host key's
 * digest: Jenkins makes an agent's secret from its name, so another machine's would be the same under the same name.
 * Pure.
 */
export function wantedOf(machines: readonly Machine[]): Wanted[] {
  return machines
    .filter(({ node }) => node.jenkins === "agent")
    .map((machine) => {
      const { node, environment } = machine;
      const labels = node.projects.map((slug) => jobName(slug, environment)).sort();
      return { machine, base: baseOf(placeOf(machine)), labels };
    });
}

/** What the name of a machine's agent says of it. */
interface NamedPlace {
  readonly stack: string;
  readonly node: string;
  readonly hostKey: string;
}

const placeOf = ({ stack, node, hostKey }: Machine): NamedPlace => {
  return { stack, node: node.name, hostKey };
};

function baseOf({ stack, node, hostKey }: NamedPlace): string {
  const known = hostKey.trim().split(/\s+/)[1] ?? "";
  const digest = createHash("sha256").update(known).digest("hex").slice(0, 12);
  return `${stack}-${node}-${digest}`;
}

/** Whether a name is one of an agent of this very machine, however often it was renewed. */
export function isNamedFor(name: string, place: NamedPlace): boolean {
  return generationOf(name, baseOf(place)).length > 0;
}

/** How an agent that is Berth's stands to the declared ones. */
export type Standing =
  | {
      readonly kind: "current";
      readonly wanted: Wanted;
      readonly name: string;
      /** Its mark does not say yet whose it is. */
      readonly isUnsaid?: true;
    }
  | { readonly kind: "missing"; readonly wanted: Wanted; readonly name: string }
  /** Of a machine that declares none any more or is another by now, or renewed since. */
  | { readonly kind: "left"; readonly name: string }
  /** Its mark does not say whose it is, and its name is of no machine here: it may be another Berth project's, and stays. */
  | { readonly kind: "unsaid"; readonly name: string };

/**
 * Compares. `machines`: all of `owner`, which is as `ownerOf` has it; a mark that does not say whose an agent is counts
 * as theirs where its name has one's host key. `renew`: machines whose agents get another name, and with it another
 * secret. What people and other Berth projects made is in none of it. Throws nothing. Pure.
 */
export function standingOf(
  machines: readonly Machine[],
  owner: string,
  existing: readonly Existing[],
  renew: (machine: Machine) => boolean,
): Standing[] {
  const isKnown = (name: string) => machines.some((each) => isNamedFor(name, placeOf(each)));
  const marked = existing.flatMap(({ name, description }) => {
    const mark = readMark(description);
    return mark === undefined ? [] : [{ name, mark }];
  });
  const ours = marked.filter(
    ({ name, mark }) => mark.owner === owner || (mark.owner === undefined && isKnown(name)),
  );
  const standing = wantedOf(machines).map((each): Standing => {
    const generations = ours.flatMap(({ name }) => generationOf(name, each.base));
    const newest = Math.max(0, ...generations);
    if (generations.length > 0 && !renew(each.machine)) {
      const name = nameOf(each.base, newest);
      const isUnsaid = ours.some((one) => one.name === name && one.mark.owner === undefined);
      return { kind: "current", wanted: each, name, ...(isUnsaid ? { isUnsaid } : {}) };
    }
    return { kind: "missing", wanted: each, name: nameOf(each.base, newest + 1) };
  });
  const kept = standing.map(({ name }) => name);
  const left = ours.filter(({ name }) => !kept.includes(name));
  const unsaid = marked.filter(({ name, mark }) => mark.owner === undefined && !isKnown(name));
  return [
    ...standing,
    ...left.map(({ name }): Standing => ({ kind: "left", name })),
    ...unsaid.map(({ name }): Standing => ({ kind: "unsaid", name })),
  ];
}

/** The first generation has the base alone. */
function nameOf(base: string, generation: number): string {
  return generation === 1 ? base : `${base}-${generation}`;
}

function generationOf(name: string, base: string): number[] {
  if (name === base) return [1];
  const number = name.startsWith(`${base}-`) ? name.slice(base.length + 1) : "";
  return /^[1-9]\d{0,5}$/.test(number) ? [Number(number)] : [];
}

/** Agents that people or other Berth projects made under a name that is needed: nothing replaces them. */
export function takenIn(
  standing: readonly Standing[],
  existing: readonly Existing[],
): readonly string[] {
  const needed = standing.flatMap((each) => (each.kind === "missing" ? [each.name] : []));
  return existing.flatMap(({ name }) => (needed.includes(name) ? [name] : []));
}
