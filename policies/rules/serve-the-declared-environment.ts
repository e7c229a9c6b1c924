import type { Declared } from "../judge/declared";
import { isEnvironmentStack } from "../judge/facts";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { stackOf } from "../../engine/urn";
import { input, type Resource } from "../judge/resource";
import { projectNode } from "../judge/types";
import { unknown } from "../../engine/values";

export const policy: Policy = {
  name: "serve-the-declared-environment",
  rules: [29, 74],
  description:
    "A node's environment, by which it is protected and backed up, is the one that its stack is " +
    "named after or, for a host stack, declares as `berth:environment`.",
  check: serveTheDeclaredEnvironment,
};

/** Judges what a node says of itself, since other policies go by it. */
export function* serveTheDeclaredEnvironment(
  node: Resource,
  { environment }: Declared,
): Generator<Judgement> {
  if (node.type !== projectNode) return;
  const said = node.inputs === undefined ? unknown : input(node, "environment");
  if (said === unknown) {
    yield unjudged(node, "environment");
    return;
  }
  const declared = isEnvironmentStack(node) ? stackOf(node.urn) : environment;
  if (declared !== undefined && said === declared) return;
  yield violation(
    node,
    `it says that it serves ${String(said)}; its stack: ${declared ?? "says nothing"}`,
    declared === undefined
      ? "declare berth:environment in the host stack's file"
      : `set its environment to ${declared}`,
  );
}
