import type { Route } from "./move";

/**
 * Why the old machine could not lead visitors to the new one: a firewall of a cloud's that stands before it lets in the
 * edge alone. What the machine itself lets in, the move opens; on a machine that Berth did not make, what its cloud lets
 * in is not known here. Undefined where nothing stands in the way.
 */
export function closedWay({ source, target, to }: Route): string | undefined {
  if (!target.declared.madeByBerth) return undefined;
  const open = target.declared.openings.some(
    ({ protocol, port, from }) =>
      protocol === "tcp" &&
      port === 443 &&
      (from === "anyone" ||
        (from !== "cloudflare" && from.some((each) => isAddress(each, source.address)))),
  );
  if (open) return undefined;
  return `the firewall before ${to}/${target.node.name} lets in the edge alone, and the old machine shall lead visitors there: write visitorsFrom: [${source.address}] below berth:nodes.${target.node.name} in Pulumi.${to}.yaml, then pulumi up --stack ${to}`;
}

function isAddress(network: string, address: string): boolean {
  return network.replace(/\/(32|128)$/, "") === address;
}
