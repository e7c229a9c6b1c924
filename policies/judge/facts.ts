import { stackOf } from "../../engine/urn";
import { above, input, type Resource } from "./resource";
import { projectNode } from "./types";
import { unknown } from "../../engine/values";

/**
 * Whether a resource belongs to production; `unknown` when its node does not say yet. What belongs to
 * no node is production's wherever it is not stage's.
 */
export function isProduction(resource: Resource): boolean | typeof unknown {
  const node = resource.type === projectNode ? resource : above(resource, projectNode);
  if (!node) return stackOf(resource.urn) !== "stage";
  if (node.inputs === undefined) return unknown;
  const environment = input(node, "environment");
  // A stack of that name is production whatever a component says.
  if (stackOf(node.urn) === "prod") return true;
  return environment === unknown ? unknown : environment === "prod";
}

/**
 * Whether this stack owns buckets and names (`stage`, `prod`); other stacks only make hosts and
 * leave those to the environment they serve.
 */
export function isEnvironmentStack(resource: Resource): boolean {
  return ["stage", "prod"].includes(stackOf(resource.urn));
}
