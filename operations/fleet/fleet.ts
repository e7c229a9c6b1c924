import { isEntered, machineOf } from "../../components/machine/declaration";
import { automationAccount, type MachineDeclaration } from "../../components/machine/script";
import type { Environment, Fleet, NodeSpec } from "../../components/fleet/fleet";
import type { ResolvedFleet } from "../../components/placement/resolved";
import { ownerOf } from "../../components/fleet/owner";
import { projectName } from "../../components/stack-file/stack-files";
import type { Context } from "../ground/context";
import type { Interrupted } from "../ground/interrupted";
import { printableLine } from "../ground/printable";
import type { Published, PublishedNode } from "../ground/published";
import { readFleets, type Scope, type Unread } from "../ground/reading";
import { Refusal } from "../ground/usage";

/** A machine that exists: declared by a stack, and deployed. */
export interface Machine {
  readonly stack: string;
  /** Whose it is, as `ownerOf` has it. */
  readonly owner: string;
  readonly environment: Environment;
  readonly node: NodeSpec;
  readonly declared: MachineDeclaration;
  readonly address: string;
  readonly hostKey: string;
  /** The account of unattended sessions: Berth's own, or the provided one where it may only look. */
  readonly login: string;
}

/** Everything that the stack files declare and the engine knows, of the stacks that were asked for. */
export interface Survey {
  /** By stack, in the order of their names. */
  readonly fleets: readonly ResolvedFleet[];
  readonly machines: readonly Machine[];
  /** Declared nodes without a machine, `stack/node`. */
  readonly undeployed: readonly string[];
  /** Machines that were deployed and are no longer declared. */
  readonly undeclared: readonly Leftover[];
  /** Stacks that are left out. */
  readonly unread: readonly Unread[];
  /** What may exist without standing in a stack's state. */
  readonly interrupted: readonly (Interrupted & { readonly stack: string })[];
}

/** A machine that still exists though no stack file declares it any more. */
export interface Leftover {
  readonly stack: string;
  readonly name: string;
  readonly published: PublishedNode;
  /** Why it is not known what is declared of it; absent where nothing is. */
  readonly why?: string;
}

/**
 * Reads the stack files of the scope and what the engine knows of each stack. A stack whose file or
 * state cannot be read is left out and said so. Throws as `readFleets` does, and a `Refusal` where no
 * state can be read at all.
 */
export async function survey(context: Context, scope: Scope): Promise<Survey> {
  const { fleets, unread } = readFleets(context, scope);
  const project = projectName(context.directory);
  const parts = await Promise.all(
    fleets.map(async (fleet) => {
      const { stack } = fleet;
      const state = await stateOf(context, stack);
      const { nodes = {}, interrupted = [] } = (state instanceof Refusal ? undefined : state) ?? {};
      return {
        ...joined(project, fleet, nodes),
        interrupted: interrupted.map((each) => ({ stack, ...each })),
        refusals: state instanceof Refusal ? [{ stack, refusal: state }] : [],
      };
    }),
  );
  // Where no state at all can be read it is not one stack's failure.
  const refusals = parts.flatMap((part) => part.refusals);
  if (fleets.length > 0 && refusals.length === fleets.length) throw refusals[0]!.refusal;
  const stateless = refusals.map(({ stack, refusal }) => {
    return { stack, why: printableLine(`${stack}: ${refusal.message}`, 600), declares: true };
  });
  const strays = await Promise.all(unread.map((each) => deployedBy(context, each)));
  for (const { why } of [...unread, ...stateless])
    context.say(`left out, the others go on: ${why}`);
  return {
    fleets,
    unread: [...unread, ...stateless],
    machines: parts.flatMap(({ machines }) => machines),
    undeployed: parts.flatMap(({ undeployed }) => undeployed),
    undeclared: [...parts.flatMap(({ undeclared }) => undeclared), ...strays.flat()],
    interrupted: parts.flatMap(({ interrupted }) => interrupted),
  };
}

/** A stack's state, or why it cannot be read. */
async function stateOf(context: Context, stack: string): Promise<Published | Refusal | undefined> {
  try {
    return await context.published(stack);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Machines of a stack whose file cannot be read: nobody knows whether they are still declared. */
async function deployedBy(context: Context, { stack, why }: Unread): Promise<Leftover[]> {
  const state = await stateOf(context, stack);
  const nodes = state instanceof Refusal ? {} : (state?.nodes ?? {});
  return Object.entries(nodes).map(([name, published]) => ({ stack, name, published, why }));
}

/** Puts together what is declared and what is published, also under a former name. Pure. */
export function joined(
  project: string,
  fleet: ResolvedFleet,
  published: Readonly<Record<string, PublishedNode>>,
): Pick<Survey, "machines" | "undeployed" | "undeclared"> {
  const { stack, environment } = fleet;
  const owner = ownerOf(fleet.agency, project);
  const nameOf = ({ name, formerly = name }: NodeSpec) => (published[name] ? name : formerly);
  const declared = new Set(fleet.nodes.map(nameOf));
  return {
    machines: fleet.nodes.flatMap((node): Machine[] => {
      const found = published[nameOf(node)];
      if (!found) return [];
      const declaration = machineOf(project, fleet, node);
      const login = isEntered(declaration) ? automationAccount : declaration.initialAccount;
      const { address, hostKey } = found;
      return [{ stack, owner, environment, node, declared: declaration, address, hostKey, login }];
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
export function machineName({ stack, node }: Pick<Machine, "stack" | "node">): string {
  return `${stack}/${node.name}`;
}
