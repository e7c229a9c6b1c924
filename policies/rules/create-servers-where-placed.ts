import { demandOf } from "../judge/placement";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { above, below, input, type Resource } from "../judge/resource";
import { projectNode, servers } from "../judge/types";
import { unknown, type Found } from "../../engine/values";

export const policy: Policy = {
  name: "create-servers-where-placed",
  rules: [1, 2, 3, 4, 5],
  description:
    "The server that is really made is at the provider and in the region that the rules demand; " +
    "a client's machine gets none, every other node exactly one.",
  check: createServersWherePlaced,
  checkStack: countServers,
};

/** Judges a server resource by its own type and region, whatever its node claims. */
export function* createServersWherePlaced(server: Resource): Generator<Judgement> {
  const kind = servers[server.type];
  if (!kind) return;
  const node = above(server, projectNode);
  if (!node) {
    yield violation(
      server,
      "it belongs to no node, so no rule placed it",
      "declare a node for it in the stack file",
    );
    return;
  }
  const demand = demandOf(node);
  // A node that cannot be judged, or that no rule covers, has its own finding.
  if (!demand || "missing" in demand) return;
  const why = `${demand.because} (R${demand.rule})`;
  const provider = demand.provider ?? input(node, "provider");
  if (provider === unknown) yield unjudged(node, "provider");
  else if (kind.provider !== provider) {
    yield violation(
      server,
      `it is a server at ${kind.provider}, but ${why}`,
      provider === "client" ? "create none" : `create it at ${String(provider)}`,
    );
    return;
  }
  const region: Found = input(server, kind.place) ?? server.provider?.["region"];
  if (region === unknown) yield unjudged(server, kind.place);
  else if (typeof region !== "string" || !demand.allows(region)) {
    yield violation(
      server,
      `it is in ${String(region ?? "a region left to the provider")}, but ${why}`,
      `set ${kind.place} to ${demand.region}`,
    );
  } else if (typeof input(node, "region") === "string" && input(node, "region") !== region) {
    yield violation(
      server,
      `it is in ${region}, but its node says ${String(input(node, "region"))}`,
      `set ${kind.place} to what the node says`,
    );
  }
}

/** A node whose server was forgotten shows only in the whole stack. */
export function* countServers(resources: readonly Resource[]): Generator<Judgement> {
  for (const node of resources.filter(({ type }) => type === projectNode)) {
    const demand = demandOf(node);
    if (!demand || "missing" in demand || demand.provider === "client") continue;
    const count = below(node, resources).filter(({ type }) => type in servers).length;
    if (count !== 1) {
      yield violation(node, `it has ${count} servers`, "create exactly one for each node");
    }
  }
}
