import * as pulumi from "@pulumi/pulumi";

import type { FleetNode } from "../placement/resolved";
import { nodeOf, type DeclaredNode } from "../stack-file/one-node";

/** What a node follows from: said in the program itself, or one of a fleet that `parseFleet` made. */
export type NodeArgs = DeclaredNode | FleetNode;

/**
 * The node of a component's arguments, with everything that follows from them. What `parseFleet` made
 * is taken as it is; what is declared in the program is checked as a stack file is, and refused with one
 * `ConfigError` that holds every problem, before anything is registered.
 */
export function fleetNode(name: string, args: NodeArgs): FleetNode {
  return "fleet" in args ? args : nodeOf(name, args, pulumi.getStack(), new Date());
}
