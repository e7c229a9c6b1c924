import { cheapest, findSize } from "./choose";
import { monthlyCost, type MonthlyCost } from "../clouds/cost";
import { cloudFacts } from "../clouds/facts";
import type { Size } from "../clouds/size";
import type { Cloud, NodeSpec } from "../fleet/fleet";

/** Where a node runs and which rule of the manual says so. */
export interface Placement {
  /** `client`: the client's own machine; nothing is created. */
  readonly provider: Cloud | "client";
  /** Region (DigitalOcean, AWS) or zone (Scaleway); absent for a client's machine. */
  readonly region: string | undefined;
  readonly rule: PlacementRule;
  /** One sentence for preview and outputs. */
  readonly reason: string;
  /** Undefined: a client's machine, or an adopted one of a size that the table does not know. */
  readonly size: Size | undefined;
  /** GB of the root disk; undefined where Berth did not choose it. */
  readonly diskGb: number | undefined;
  /** Undefined when not known: never 0. */
  readonly cost: MonthlyCost | undefined;
  /** What the machine is made from, as its cloud names it. Undefined for machines that exist. */
  readonly image: string | undefined;
  /** The account the provider, or whoever made the machine, prepared for the first login (R13). */
  readonly login: string;
}

/** A rule of placement: its name and its number in the manual. */
export interface PlacementRule {
  readonly name: "client-machine" | "already-there" | "aws-need" | "canada" | "unrestricted";
  readonly number: number;
}

/** The part of a node that decides where it goes. */
export type PlacementFacts = Pick<NodeSpec, "needs" | "residency" | "server" | "adopt">;

/** The outcome of the rules alone, before a size is chosen. */
export type Location = Pick<Placement, "provider" | "region" | "rule" | "reason">;

interface Row {
  readonly rule: PlacementRule;
  /** The location when the rule applies, otherwise undefined. */
  readonly apply: (node: PlacementFacts) => Omit<Location, "rule"> | undefined;
}

/** The manual's order (R1–R5): the first row that applies decides. */
const rows: readonly Row[] = [
  {
    rule: { name: "client-machine", number: 1 },
    apply: ({ server }) =>
      server && {
        provider: "client",
        region: undefined,
        reason: "The client provides the machine, so it is reached by its address.",
      },
  },
  {
    rule: { name: "already-there", number: 11 },
    apply: ({ adopt }) =>
      adopt && {
        provider: adopt.provider,
        region: adopt.region,
        reason: "The machine existed before Berth and is taken over where it runs.",
      },
  },
  {
    rule: { name: "aws-need", number: 2 },
    apply: ({ needs, residency }) => {
      if (needs.length === 0) return undefined;
      const need = `It needs ${needs.join(" and ")}, which AWS alone offers`;
      return residency === "canada"
        ? {
            provider: "aws",
            region: "ca-central-1",
            reason: `${need}; its data must stay in Canada, so AWS's region there (R5).`,
          }
        : { provider: "aws", region: "us-east-1", reason: `${need}.` };
    },
  },
  {
    rule: { name: "canada", number: 3 },
    apply: ({ residency }) =>
      residency === "canada"
        ? {
            provider: "digitalocean",
            region: "tor1",
            reason: "Its data must stay in Canada: DigitalOcean, Toronto.",
          }
        : undefined,
  },
  {
    rule: { name: "unrestricted", number: 4 },
    apply: ({ residency }) =>
      residency === "anywhere"
        ? {
            provider: "scaleway",
            region: "fr-par-1",
            reason: "Nothing restricts it: Scaleway, Paris.",
          }
        : undefined,
  },
];

/** Applies the rules in order. Throws when none applies: there is no default. */
export function locate(node: PlacementFacts): Location {
  for (const { rule, apply } of rows) {
    const location = apply(node);
    if (location) return { ...location, rule };
  }
  throw new Error(`No placement rule covers residency ${node.residency}.`);
}

/**
 * Decides where a node runs, of what size and from which image. Throws when the provider has no
 * such size, which `parseFleet` refuses with a better message.
 */
export function place(node: NodeSpec): Placement {
  const location = locate(node);
  const { provider, region } = location;
  if (provider === "client" || region === undefined) {
    return { ...location, ...unknownMachine, login: node.server?.login ?? "root" };
  }
  const { prices, image, login } = cloudFacts[provider];
  if (node.adopt) {
    const size = findSize(provider, node.adopt.size);
    // A disk that comes with the size has a known price; a volume made by hand has any size.
    const cost =
      size && size.diskGb > 0 ? monthlyCost(prices, size, region, size.diskGb) : undefined;
    return { ...location, ...unknownMachine, size, cost, login: node.adopt.login };
  }
  const size = node.size
    ? findSize(provider, node.size)
    : cheapest(provider, region, node.memoryGb, node.diskGb);
  if (!size) throw new Error(`${provider} has no size for node ${node.name}.`);
  const diskGb = size.diskGb > 0 ? size.diskGb : node.diskGb;
  return {
    ...location,
    size,
    diskGb,
    cost: monthlyCost(prices, size, region, diskGb),
    image,
    login,
  };
}

const unknownMachine = {
  size: undefined,
  diskGb: undefined,
  cost: undefined,
  image: undefined,
} as const;
