import type { Fleet } from "../../components/fleet/fleet";
import { machineName, type Machine } from "./fleet";
import { Refusal, unknown } from "../ground/usage";

/**
 * The machines that words name: a node (in every stack of the scope), `stack/node`, or a project
 * (the nodes it lives on). No word names all. Throws a `Refusal` for a word that names none.
 */
export function chosenMachines(machines: readonly Machine[], words: readonly string[]): Machine[] {
  if (words.length === 0) return [...machines];
  const chosen = words.flatMap((word) => {
    const found = machines.filter((machine) => isNamed(machine, word));
    if (found.length > 0) return found;
    throw new Refusal(`${unknown("deployed node or project", word, namesOf(machines))}`);
  });
  return machines.filter((machine) => chosen.includes(machine));
}

/** What is said where there is no machine to look at, which is never an all-clear. */
export function nothingSeen(undeployed: readonly string[]): string {
  return undeployed.length === 0
    ? "no machine was looked at: no stack file declares one"
    : `no machine was looked at: nothing is deployed yet: ${undeployed.join(", ")}; is pulumi logged in to the right backend?`;
}

/**
 * The one machine that serves a project, or that a node's name means. Throws a `Refusal` when there
 * is none, or when several environments have one and nobody said which.
 */
export function servingMachine(
  fleets: readonly Fleet[],
  machines: readonly Machine[],
  word: string,
): Machine {
  const projects = fleets
    .filter(({ role }) => role === "environment")
    .flatMap((fleet) => fleet.projects.map((project) => ({ fleet, project })))
    .filter(({ project }) => project.slug === word);
  const serving = projects.flatMap(({ fleet, project }) => {
    const stack = project.servedBy ?? fleet.stack;
    return machines.filter(
      (machine) => machine.stack === stack && machine.node.projects.includes(word),
    );
  });
  const found = serving.length > 0 ? serving : machines.filter((machine) => isNamed(machine, word));
  const [machine, ...others] = found;
  if (machine === undefined) throw new Refusal(whyNone(projects.length > 0, machines, word));
  if (others.length === 0) return machine;
  const names = found.map(machineName).join(", ");
  throw new Refusal(`${word} runs in several stacks: ${names}. Say which: ${machineName(machine)}`);
}

function whyNone(declared: boolean, machines: readonly Machine[], word: string): string {
  if (declared) return `${word} is declared but not deployed; run pulumi up`;
  return unknown("deployed node or project", word, namesOf(machines));
}

function isNamed(machine: Machine, word: string): boolean {
  return (
    word === machine.node.name ||
    word === machineName(machine) ||
    machine.node.projects.includes(word)
  );
}

function namesOf(machines: readonly Machine[]): string[] {
  return [...new Set(machines.flatMap(({ node }) => [node.name, ...node.projects]))].sort();
}
