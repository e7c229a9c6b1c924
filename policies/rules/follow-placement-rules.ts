import { demandOf } from "../judge/placement";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { input, type Resource } from "../judge/resource";
import { projectNode } from "../judge/types";
import { at, unknown, type Found } from "../../engine/values";

export const policy: Policy = {
  name: "follow-placement-rules",
  rules: [1, 2, 3, 4, 5, 11],
  description:
    "A node is placed by the first rule that applies: the client's machine, a machine that is " +
    "already there, AWS for what AWS alone offers, DigitalOcean Toronto for Canada, Scaleway.",
  check: followPlacementRules,
};

/** Judges what a node says of itself: what was asked for, and what was decided. */
export function* followPlacementRules(node: Resource): Generator<Judgement> {
  if (node.type !== projectNode) return;
  const demand = demandOf(node);
  if (!demand) {
    yield violation(
      node,
      `no placement rule covers residency ${String(input(node, "residency"))}`,
      "declare residency canada or anywhere",
    );
    return;
  }
  if ("missing" in demand) {
    yield unjudged(node, demand.missing);
    return;
  }
  const decided: Record<"provider" | "region" | "rule", Found> = {
    provider: input(node, "provider"),
    region: input(node, "region"),
    rule: at(node.inputs, "rule", "number"),
  };
  for (const [fact, value] of Object.entries(decided)) {
    if (value === unknown) yield unjudged(node, fact === "rule" ? "rule.number" : fact);
  }
  const why = `${demand.because} (R${demand.rule})`;
  if (demand.provider !== undefined && differs(decided.provider, demand.provider)) {
    yield violation(
      node,
      `it is placed at ${String(decided.provider)}, but ${why}`,
      `place it at ${demand.provider}`,
    );
  } else if (typeof decided.region === "string" && !demand.allows(decided.region)) {
    yield violation(
      node,
      `it is placed in region ${decided.region}, but ${why}`,
      `place it in region ${demand.region}`,
    );
  }
  if (differs(decided.rule, demand.rule)) {
    yield violation(
      node,
      `it names rule ${String(decided.rule)}, but ${why}`,
      `name rule ${demand.rule}`,
    );
  }
}

function differs(decided: Found, demanded: string | number): boolean {
  return decided !== unknown && decided !== demanded;
}
