import { z } from "zod";

import { readOutputs, type NodeOutput } from "../../components/outputs/schema";
import { shutValues } from "../../engine/values";

/** A machine as its stack published it, with the address and the host key by which it is reached. */
export interface PublishedNode {
  readonly address: string;
  /** The machine's permanent host key. */
  readonly hostKey: string;
  /** Slugs of the projects on it. */
  readonly projects: readonly string[];
}

const way = z.object({ address: z.ipv4(), hostKey: z.string().regex(/^\S+ \S+/) });

/**
 * The machines of a stack that can be reached, by the outputs in its state. A machine without address or
 * host key is not there yet. One that was entered and whose converge failed counts: it can be reached, and
 * people may have accounts there. Throws `UnreadableOutputs`.
 */
export function reachable(
  stack: string,
  outputs: Readonly<Record<string, unknown>>,
): Readonly<Record<string, PublishedNode>> {
  const { nodes } = readOutputs(stack, shutValues(outputs));
  return Object.fromEntries(
    Object.entries(nodes).flatMap(([name, node]) => {
      const found = wayTo(node);
      return found ? [[name, { ...found, projects: node.projects ?? [] }]] : [];
    }),
  );
}

function wayTo(node: NodeOutput): z.infer<typeof way> | undefined {
  return way.safeParse(node).data ?? way.safeParse(node.unfinished).data;
}
