import { isEntered, machineOf } from "../components/bootstrap/declaration";
import { automationAccount, type MachineDeclaration } from "../components/bootstrap/script";
import {
  environments,
  type Environment,
  type Fleet,
  type NodeSpec,
} from "../components/spec/fleet";
import { parseFleet } from "../components/spec/parse";
import { projectName, readStackFiles } from "../components/stack-files";
import type { Context } from "./context";
import type { Interrupted } from "./interrupted";
import type { PublishedNode } from "./published";
import { Refusal, unknown } from "./usage";

/** A machine that exists: declared by a stack, and deployed. */
export interface Site {
  readonly stack: string;
  readonly environment: Environment;
  readonly node: NodeSpec;
  readonly machine: MachineDeclaration;
  readonly address: string;
  readonly hostKey: string;
  /** The account of unattended sessions: Berth's own, or the provided one where it may only look. */
  readonly login: string;
}

/** Everything that the stack files declare and the engine knows, of the stacks that were asked for. */
export interface Survey {
  /** By stack, in the order of their names. */
  readonly fleets: readonly Fleet[];
  readonly sites: readonly Site[];
  /** Declared nodes without a machine, `stack/node`. */
  readonly undeployed: readonly string[];
  /** Machines that were deployed and are no longer declared. */
  readonly undeclared: readonly Leftover[];
  /** What may exist without standing in a stack's state. */
  readonly interrupted: readonly (Interrupted & { readonly stack: string })[];
}

/** A machine that still exists though no stack file declares it any more. */
export interface Leftover {
  readonly stack: string;
  readonly name: string;
  readonly published: PublishedNode;
}

/** Which stacks a command is about. */
export interface Scope {
  /** This environment's stack and all host stacks that serve it; undefined: every environment. */
  readonly environment?: string | undefined;
  /** This stack alone. */
  readonly stack?: string | undefined;
}

/**
 * Reads the stack files of the scope and what the engine knows of each stack. Throws a
 * `ConfigError` with every problem of the files, a `Refusal` naming a stack or environment that does
 * not exist.
 */
export async function survey(context: Context, scope: Scope): Promise<Survey> {
  const fleets = readFleets(context, scope);
  const project = projectName(context.directory);
  const parts = await Promise.all(
    fleets.map(async (fleet) => {
      const { stack } = fleet;
      const { nodes = {}, interrupted = [] } = (await context.published(stack)) ?? {};
      return {
        ...joined(project, fleet, nodes),
        interrupted: interrupted.map((each) => ({ stack, ...each })),
      };
    }),
  );
  return {
    fleets,
    sites: parts.flatMap(({ sites }) => sites),
    undeployed: parts.flatMap(({ undeployed }) => undeployed),
    undeclared: parts.flatMap(({ undeclared }) => undeclared),
    interrupted: parts.flatMap(({ interrupted }) => interrupted),
  };
}

/** The fleets of the scope, from the stack files alone. Throws as `survey` does. */
export function readFleets(context: Context, scope: Scope): Fleet[] {
  const { stacks: stackFiles, unreadable, fileOf } = readStackFiles(context.directory);
  const stacks = Object.keys({ ...stackFiles, ...unreadable }).sort();
  const { stack, environment } = scope;
  if (stack !== undefined && !stacks.includes(stack)) {
    throw new Refusal(unknown("stack", stack, stacks));
  }
  if (environment !== undefined && !environments.some((each) => each === environment)) {
    throw new Refusal(unknown("environment", environment, environments));
  }
  return stacks
    .filter((each) => stack === undefined || each === stack)
    .filter((each) => {
      const serves =
        environments.find((name) => name === each) ?? stackFiles[each]?.["environment"];
      return environment === undefined || serves === environment;
    })
    .map((each) =>
      context.keys(
        parseFleet(
          {
            stack: each,
            config: stackFiles[each] ?? {},
            stackFiles,
            unreadable,
            fileOf: fileOf(each),
          },
          context.now,
        ),
      ),
    );
}

/** Puts together what is declared and what is published, also under a former name. Pure. */
export function joined(
  project: string,
  fleet: Fleet,
  published: Readonly<Record<string, PublishedNode>>,
): Omit<Survey, "fleets" | "interrupted"> {
  const { stack, environment } = fleet;
  const nameOf = ({ name, formerly = name }: NodeSpec) => (published[name] ? name : formerly);
  const declared = new Set(fleet.nodes.map(nameOf));
  return {
    sites: fleet.nodes.flatMap((node): Site[] => {
      const found = published[nameOf(node)];
      if (!found) return [];
      const machine = machineOf(project, fleet, node);
      const login = isEntered(machine) ? automationAccount : machine.initialAccount;
      const { address, hostKey } = found;
      return [{ stack, environment, node, machine, address, hostKey, login }];
    }),
    undeployed: fleet.nodes
      .filter((node) => !published[nameOf(node)])
      .map(({ name }) => `${stack}/${name}`),
    undeclared: Object.entries(published)
      .filter(([name]) => !declared.has(name))
      .map(([name, node]) => ({ stack, name, published: node })),
  };
}

/** Every deployer that one of these stacks declares, by name. */
export function deployersOf(fleets: readonly Fleet[]): Record<string, string> {
  return Object.assign({}, ...fleets.map(({ team }) => team.deployers)) as Record<string, string>;
}

/** A machine's full name: the same node may run in several stacks. */
export function siteName({ stack, node }: Pick<Site, "stack" | "node">): string {
  return `${stack}/${node.name}`;
}
