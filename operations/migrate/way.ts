import type { Route } from "./move";

/**
 * Whether a firewall of a cloud's stands before the new machine that lets in the edge, and not the old machine, which shall
 * lead visitors there (R70). What the machine itself lets in, the move opens; on a machine that Berth did not make, what
 * its cloud lets in is not known here.
 */
export function isShut({ source, target }: Route): boolean {
  if (!target.declared.madeByBerth) return false;
  return !target.declared.openings.some(
    ({ protocol, port, from }) =>
      protocol === "tcp" &&
      port === 443 &&
      (from === "anyone" ||
        (from !== "cloudflare" && from.some((each) => isAddress(each, source.address)))),
  );
}

/** What a plan says of it; undefined where nothing stands in the way. */
export function shutWay(route: Route): string | undefined {
  if (!isShut(route)) return undefined;
  const { source, target, to } = route;
  return `the firewall before ${to}/${target.node.name} lets in the edge alone: visitorsFrom: [${source.address}] is written below berth:nodes.${target.node.name} in Pulumi.${to}.yaml and deployed there (admit)`;
}

/** Whether a network is this one address. */
export function isAddress(network: string, address: string): boolean {
  return network.replace(/\/(32|128)$/, "") === address;
}
