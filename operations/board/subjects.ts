import { nobody, type NodeSpec } from "../../components/fleet/fleet";
import { servedBy } from "../../components/fleet/serving";
import type { ResolvedFleet, ResolvedProject } from "../../components/placement/resolved";
import { joined, type Machine } from "../fleet/fleet";
import type { StackSaid } from "./collectors/stacks";
import type { Reading } from "./reading";

/** A stack's fleet with its state, as far as that is known. */
export interface Stack {
  readonly fleet: ResolvedFleet;
  readonly state: Reading<StackSaid>;
}

/** What a row is about: a project in its environment, or a machine that serves none. */
export interface Subject {
  /** `prod/kmc`; of a machine: `prod-b/kmc (machine)`. */
  readonly name: string;
  readonly environment: string;
  /** Whose project it is, where its node is named after a client. */
  readonly client?: string;
  /** Absent for a machine that serves nobody. */
  readonly project?: ResolvedProject;
  /** Whether its service ended (`servedBy: none`). */
  readonly ended: boolean;
  /** The stack that it is served from, with its state. */
  readonly stack?: Stack;
  /** The machine that it is served from, or that the row is about. */
  readonly machine?: Machine;
  /** Why there is no machine. */
  readonly missing?: string;
}

/** The rows of a board: every project that an environment declares, then the machines that serve none. Pure. */
export function subjectsOf(engineProject: string, stacks: readonly Stack[]): Subject[] {
  const machines = stacks.flatMap((stack) =>
    machinesOf(engineProject, stack).map((machine) => ({ stack, machine })),
  );
  const projects = stacks
    .filter(({ fleet }) => fleet.role === "environment")
    .flatMap(({ fleet }) => fleet.projects.map((project) => ({ fleet, project })));
  const served = projects.map(({ fleet, project }): Subject => {
    const from = servedBy(fleet, project);
    const stack = stacks.find((each) => each.fleet.stack === from);
    const machine = machines.find(
      (each) => each.stack === stack && each.machine.node.projects.includes(project.slug),
    )?.machine;
    const node = stack?.fleet.nodes.find(({ projects: all }) => all.includes(project.slug));
    const client =
      node &&
      clientOf(
        node,
        projects.map((each) => each.project.slug),
      );
    return {
      name: `${fleet.environment}/${project.slug}`,
      environment: fleet.environment,
      project,
      ended: from === nobody,
      ...(client === undefined ? {} : { client }),
      ...(stack === undefined ? {} : { stack }),
      ...(machine === undefined ? { missing: whyNone(from, stack) } : { machine }),
    };
  });
  const serving = new Set(served.map(({ machine }) => machine));
  const idle = machines
    .filter(({ machine }) => !serving.has(machine))
    .map(({ stack, machine }): Subject => {
      const client = clientOf(machine.node, machine.node.projects);
      return {
        // Where it once served a project of its name, that one has a row beside it.
        name: `${machine.stack}/${machine.node.name} (machine)`,
        environment: machine.environment,
        ...(client === undefined ? {} : { client }),
        ...{ ended: false, stack, machine },
      };
    });
  return [...served, ...idle];
}

function machinesOf(engineProject: string, { fleet, state }: Stack): readonly Machine[] {
  const nodes = state.kind === "known" ? state.said?.nodes : undefined;
  return nodes === undefined ? [] : joined(engineProject, fleet, nodes).machines;
}

/** `acme` of a node that is called `shop-acme` and houses `shop` (R9). */
function clientOf({ name, projects }: NodeSpec, slugs: readonly string[]): string | undefined {
  if (slugs.includes(name)) return undefined;
  const slug = projects.find((each) => name.startsWith(`${each}-`));
  return slug === undefined ? undefined : name.slice(slug.length + 1);
}

function whyNone(from: string, stack: Stack | undefined): string {
  if (from === nobody) return "its service ended";
  if (stack === undefined) return `stack ${from} serves it and was not looked at`;
  const { state } = stack;
  if (state.kind === "unknown") return `${state.source}: ${state.why}`;
  return `nothing of it is deployed in stack ${from}; is pulumi logged in to the right backend?`;
}
