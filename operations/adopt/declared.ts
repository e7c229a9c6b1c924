import { mapping } from "../../components/fleet/mapping";
import type { StackFiles } from "../../components/stack-file/stack-files";
import { textOf, mappings } from "./sources/asking";
import type { Context } from "../ground/context";
import { Refusal } from "../ground/usage";

/** What stack files and states have already, each with the place of it. */
export interface Declared {
  /** Machines by the provider's id, and by IPv4 address. */
  readonly ids: Map<string, string>;
  readonly addresses: Map<string, string>;
  /** Slugs of projects and names of nodes. */
  readonly names: Map<string, string>;
  /** Domains of projects. */
  readonly domains: Map<string, string>;
  readonly buckets: Map<string, string>;
}

/**
 * Reads what is declared and deployed so far. Not by the parser of fleets: a file that is being filled in is no fleet
 * yet. A stack whose state cannot be read is told, since its machines would pass for hand-made ones.
 */
export async function declaredSoFar(
  context: Context,
  stacks: StackFiles["stacks"],
): Promise<{ readonly declared: Declared; readonly troubles: readonly string[] }> {
  const declared: Declared = {
    ids: new Map(),
    addresses: new Map(),
    names: new Map(),
    domains: new Map(),
    buckets: new Map(),
  };
  const troubles: string[] = [];
  for (const [stack, config] of Object.entries(stacks)) {
    for (const [slug, project] of Object.entries(mapping(config["projects"]))) {
      declared.names.set(slug, stack);
      put(declared.domains, mapping(project)["domain"], stack);
    }
    for (const [name, node] of Object.entries(mapping(config["nodes"]))) {
      declared.names.set(name, stack);
      put(declared.ids, mapping(mapping(node)["adopt"])["id"], `${stack}/${name}`);
      put(declared.addresses, mapping(mapping(node)["server"])["address"], `${stack}/${name}`);
    }
    for (const { name } of mappings(mapping(config["backups"])["adopt"])) {
      put(declared.buckets, name, stack);
    }
    try {
      const nodes = (await context.published(stack))?.outputs?.nodes ?? {};
      for (const [name, { id, address }] of Object.entries(nodes)) {
        put(declared.ids, id, `${stack}/${name}`);
        put(declared.addresses, address, `${stack}/${name}`);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      troubles.push(
        `${error.message.split("\n")[0]}: what Berth made there would pass for hand-made`,
      );
    }
  }
  return { declared, troubles };
}

function put(into: Map<string, string>, value: unknown, where: string): void {
  const text = textOf(value);
  if (text !== "") into.set(text, where);
}
