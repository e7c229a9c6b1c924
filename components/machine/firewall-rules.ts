import type { From, Opening } from "../placement/openings";

/**
 * What a node lets in as rules of its own table: lines of nftables, one a port and family, below the
 * networks of the edge, which the table has as sets `edge4` and `edge6`.
 */
export function firewallRules(openings: readonly Opening[]): string {
  return openings
    .flatMap(({ protocol, port, from }) =>
      sources(from).map((source) => `    ${source}${protocol} dport ${port} accept`),
    )
    .join("\n");
}

function sources(from: From): readonly string[] {
  if (from === "anyone") return [""];
  if (from === "cloudflare") return ["ip saddr @edge4 ", "ip6 saddr @edge6 "];
  const of = (family: string, networks: readonly string[]) =>
    networks.length === 0 ? [] : [`${family} saddr { ${networks.join(", ")} } `];
  return [
    ...of(
      "ip",
      from.filter((network) => !network.includes(":")),
    ),
    ...of(
      "ip6",
      from.filter((network) => network.includes(":")),
    ),
  ];
}
