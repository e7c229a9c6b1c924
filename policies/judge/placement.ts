import { input, type Resource } from "./resource";
import { entries, unknown, type Found } from "../../engine/values";

/** What the manual demands of a node. */
export interface Demand {
  readonly rule: number;
  readonly because: string;
  /** Undefined: wherever the machine already is. */
  readonly provider: string | undefined;
  readonly allows: (region: string) => boolean;
  readonly region: string;
}

const anywhere = { allows: () => true, region: "any" } as const;

/**
 * Rules 1 to 5 once more, written down from the manual and not from the program. `unknown` with the
 * fact that is missing when they cannot be applied yet; undefined when no rule covers the node.
 */
export function demandOf(node: Resource): Demand | { readonly missing: string } | undefined {
  const facts = ["clientServer", "adopted", "needs", "residency"] as const;
  const missing = facts.find((fact) => hasUnknown(input(node, fact)));
  if (node.inputs === undefined || missing !== undefined)
    return { missing: missing ?? "every input" };

  const inCanada = input(node, "residency") === "canada";
  if (input(node, "clientServer") === true) {
    return { rule: 1, because: "the client provides the machine", provider: "client", ...anywhere };
  }
  if (input(node, "adopted") === true) {
    return { rule: 11, because: "the machine was there before", provider: undefined, ...anywhere };
  }
  if (entries(input(node, "needs")).length > 0) {
    const need = `it needs ${entries(input(node, "needs")).join(" and ")}`;
    return inCanada
      ? {
          rule: 2,
          because: `${need} and must be in Canada (R5)`,
          provider: "aws",
          allows: (region) => region.startsWith("ca-"),
          region: "one in Canada",
        }
      : { rule: 2, because: need, provider: "aws", ...anywhere };
  }
  if (inCanada) {
    return {
      rule: 3,
      because: "it must be in Canada",
      provider: "digitalocean",
      allows: (region) => region === "tor1",
      region: "tor1 (Toronto)",
    };
  }
  return input(node, "residency") === "anywhere"
    ? { rule: 4, because: "nothing restricts it", provider: "scaleway", ...anywhere }
    : undefined;
}

function hasUnknown(value: Found): boolean {
  return value === unknown || entries(value).includes(unknown);
}
