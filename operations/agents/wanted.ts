import { createHash } from "node:crypto";

import { jobName } from "../../components/fleet/jenkins";
import { machineName, type Machine } from "../fleet/fleet";

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

/** Told by this that an agent is Berth's. */
const mark = /^Made by berth agents for (\S+)\. Change nothing here\.$/;

/** The description by which an agent is known again. */
export function markOf(machine: Machine): string {
  return `Made by berth agents for ${machineName(machine)}. Change nothing here.`;
}

/** Whether a description is the mark of a machine's agent, by the machine's stack and node. */
export function isOfMachine(
  description: string,
  { stack, node }: { readonly stack: string; readonly node: string },
): boolean {
  return mark.exec(description)?.[1] === `${stack}/${node}`;
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
      const { stack, node, environment, hostKey } = machine;
      const known = hostKey.trim().split(/\s+/)[1] ?? "";
      const digest = createHash("sha256").update(known).digest("hex").slice(0, 12);
      const labels = node.projects.map((slug) => jobName(slug, environment)).sort();
      return { machine, base: `${stack}-${node.name}-${digest}`, labels };
    });
}

/** How an agent that is Berth's stands to the declared ones. */
export type Standing =
  | { readonly kind: "current"; readonly wanted: Wanted; readonly name: string }
  | { readonly kind: "missing"; readonly wanted: Wanted; readonly name: string }
  /** Of a machine that declares none any more or is another by now, or renewed since. */
  | { readonly kind: "left"; readonly name: string };

/**
 * Compares. `renew`: machines whose agents get another name, and with it another secret. What people made is in none of
 * it. Throws nothing. Pure.
 */
export function standingOf(
  wanted: readonly Wanted[],
  existing: readonly Existing[],
  renew: (machine: Machine) => boolean,
): Standing[] {
  const ours = existing.filter(({ description }) => mark.test(description));
  const standing = wanted.map((each): Standing => {
    const generations = ours.flatMap(({ name }) => generationOf(name, each.base));
    const newest = Math.max(0, ...generations);
    if (generations.length > 0 && !renew(each.machine)) {
      return { kind: "current", wanted: each, name: nameOf(each.base, newest) };
    }
    return { kind: "missing", wanted: each, name: nameOf(each.base, newest + 1) };
  });
  const kept = standing.map(({ name }) => name);
  const left = ours.filter(({ name }) => !kept.includes(name));
  return [...standing, ...left.map(({ name }): Standing => ({ kind: "left", name }))];
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

/** Agents that people made under a name that is needed: nothing replaces them. */
export function takenIn(
  standing: readonly Standing[],
  existing: readonly Existing[],
): readonly string[] {
  const needed = standing.flatMap((each) => (each.kind === "missing" ? [each.name] : []));
  return existing.flatMap(({ name }) => (needed.includes(name) ? [name] : []));
}
