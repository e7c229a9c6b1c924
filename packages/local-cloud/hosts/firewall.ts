/**
 * A cloud's firewall as nftables rules on the machine, outside the host: nothing in the host can
 * switch it off, as with a real cloud. Pure.
 */

import type { Layout } from "./layout";

/** Traffic that passes; what no rule names is dropped. */
export interface FirewallRule {
  readonly protocol: "tcp" | "udp" | "icmp" | "all";
  /** First and last port; every port where absent, and always absent with icmp and all. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** Networks of the other side, e.g. `0.0.0.0/0` and `::/0`: each of its own family alone. */
  readonly networks: readonly string[];
}

/** What a firewall resource says, whatever the cloud calls it. Stateful: answers always pass. */
export interface Firewall {
  readonly inbound: readonly FirewallRule[];
  readonly outbound: readonly FirewallRule[];
}

/** Everything from anywhere to anywhere: the outbound rules that most clouds start with. */
export const anywhere: readonly FirewallRule[] = [
  { protocol: "all", networks: ["0.0.0.0/0", "::/0"] },
];

/** A host as the rules see it. */
export interface GuardedHost {
  readonly link: string;
  readonly firewall?: Firewall;
}

/** Ports at the gateway's address behind which the hosts' own services are, where they are served. */
export interface ServicePorts {
  /** Of the metadata service, which the hosts find at 169.254.169.254. */
  readonly metadata?: number;
  /** Of the name server, which the hosts find at port 53, over UDP and TCP. */
  readonly names?: number;
  /** Of further services, by where the hosts find them at the gateway's address, over TCP. */
  readonly further?: Readonly<Record<number, number>>;
}

const ipv4Network = /^\d{1,3}(\.\d{1,3}){3}(\/([0-9]|[12][0-9]|3[0-2]))?$/;

/** What a rule gets wrong, by its place in the firewall; empty when nothing. */
export function firewallProblems(firewall: Firewall): string[] {
  return (["inbound", "outbound"] as const).flatMap((side) =>
    firewall[side].flatMap((rule, index) => {
      const where = `${side}[${index}]`;
      const found: string[] = [];
      if (rule.ports) {
        const { from, to } = rule.ports;
        if (rule.protocol !== "tcp" && rule.protocol !== "udp") {
          found.push(`${where}: ports go with tcp and udp, not with ${rule.protocol}`);
        }
        if (
          !Number.isInteger(from) ||
          !Number.isInteger(to) ||
          from < 0 ||
          from > to ||
          to > 65535
        ) {
          found.push(`${where}: ports ${from} to ${to}; allowed: 0 to 65535 in order`);
        }
      }
      for (const network of rule.networks) {
        if (!ipv4Network.test(network) && !network.includes(":")) {
          found.push(
            `${where}: network ${JSON.stringify(network)}; allowed: 192.0.2.0/24 and such`,
          );
        }
      }
      return found;
    }),
  );
}

/**
 * The whole ruleset of one local cloud, replacing the one before in a single transaction (`nft
 * -f`). Hosts reach the metadata service of their cloud and, through this machine, the internet.
 */
export function renderRuleset(
  layout: Layout,
  hosts: readonly GuardedHost[],
  ports: ServicePorts,
): string {
  const guarded = hosts.filter((host) => host.firewall);
  const verdicts = (side: string) =>
    guarded.map(({ link }) => `"${link}" : jump ${side}_${link}`).join(", ");
  const chains = guarded.flatMap(({ link, firewall }) => [
    ...chain(`in_${link}`, firewall?.inbound ?? [], "saddr"),
    ...chain(`out_${link}`, firewall?.outbound ?? [], "daddr"),
  ]);
  const inbound = guarded.length > 0 ? [`    oifname vmap { ${verdicts("in")} }`] : [];
  const outbound = guarded.length > 0 ? [`    iifname vmap { ${verdicts("out")} }`] : [];
  const here = `iifname "bv${layout.cloud}*" ip daddr`;
  const { metadata, names } = ports;
  const further = Object.entries(ports.further ?? {});
  // A port of this machine's may be another program's, so the services take free ones.
  const services = [
    ...(metadata === undefined
      ? []
      : [`${here} 169.254.169.254 tcp dport 80 dnat ip to ${layout.gateway}:${metadata}`]),
    ...(names === undefined
      ? []
      : ["udp", "tcp"].map(
          (protocol) =>
            `${here} ${layout.gateway} ${protocol} dport 53 dnat ip to ${layout.gateway}:${names}`,
        )),
    ...further.map(
      ([port, behind]) =>
        `${here} ${layout.gateway} tcp dport ${port} dnat ip to ${layout.gateway}:${behind}`,
    ),
  ];
  const accepted = [
    ...(metadata === undefined ? [] : [`ip daddr ${layout.gateway} tcp dport ${metadata} accept`]),
    ...(names === undefined
      ? []
      : ["udp", "tcp"].map(
          (protocol) => `ip daddr ${layout.gateway} ${protocol} dport ${names} accept`,
        )),
    ...further.map(([, behind]) => `ip daddr ${layout.gateway} tcp dport ${behind} accept`),
  ];
  // This machine itself asks at the same port as its hosts.
  const local =
    names === undefined
      ? []
      : [
          "  chain local {",
          "    type nat hook output priority -100; policy accept;",
          ...["udp", "tcp"].map(
            (protocol) =>
              `    ip daddr ${layout.gateway} ${protocol} dport 53 dnat ip to ${layout.gateway}:${names}`,
          ),
          "  }",
        ];
  const mark = `0x${layout.cloud}`;
  return [
    `table inet ${layout.table}`,
    `delete table inet ${layout.table}`,
    `table inet ${layout.table} {`,
    ...chains,
    "  chain forward {",
    "    type filter hook forward priority filter; policy accept;",
    ...outbound,
    ...inbound,
    "  }",
    "  chain output {",
    "    type filter hook output priority filter; policy accept;",
    ...inbound,
    "  }",
    "  chain input {",
    "    type filter hook input priority filter; policy accept;",
    ...accepted.map((rule) => `    ${rule}`),
    ...outbound,
    "  }",
    "  chain prerouting {",
    "    type nat hook prerouting priority dstnat; policy accept;",
    ...services.map((rule) => `    ${rule}`),
    "  }",
    ...local,
    "  chain origin {",
    "    type filter hook prerouting priority mangle; policy accept;",
    `    iifname "bv${layout.cloud}*" meta mark set ${mark}`,
    "  }",
    "  chain postrouting {",
    "    type nat hook postrouting priority srcnat; policy accept;",
    // Known by its cable, not its address: a seeded machine's address is outside the range. The
    // mark is set where a packet comes in, as the way out no longer knows.
    `    meta mark ${mark} oifname != "bv${layout.cloud}*" masquerade`,
    "  }",
    "}",
    "",
  ].join("\n");
}

/** What ties a host to its next one, which no cloud's firewall looks at. */
const neighbours =
  "icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } return";

function chain(name: string, rules: readonly FirewallRule[], side: "saddr" | "daddr"): string[] {
  // `return`, not `accept`: between two hosts the sender's rules and then the receiver's apply.
  const allowed = rules.flatMap((rule) =>
    (["ip", "ip6"] as const).flatMap((family) => {
      const networks = rule.networks.filter(
        (network) => network.includes(":") === (family === "ip6"),
      );
      if (networks.length === 0) return [];
      const everywhere = networks.some((network) => network.endsWith("/0"));
      const where = everywhere
        ? `meta nfproto ${family === "ip" ? "ipv4" : "ipv6"}`
        : `${family} ${side} { ${[...new Set(networks)].join(", ")} }`;
      return [`    ${where} ${match(rule, family)}return`];
    }),
  );
  return [
    `  chain ${name} {`,
    "    ct state established,related return",
    `    ${neighbours}`,
    ...allowed,
    "    drop",
    "  }",
  ];
}

function match(rule: FirewallRule, family: "ip" | "ip6"): string {
  switch (rule.protocol) {
    case "all":
      return "";
    case "icmp":
      return family === "ip" ? "meta l4proto icmp " : "meta l4proto ipv6-icmp ";
    case "tcp":
    case "udp": {
      if (!rule.ports) return `meta l4proto ${rule.protocol} `;
      const { from, to } = rule.ports;
      return `${rule.protocol} dport ${from === to ? from : `${from}-${to}`} `;
    }
    default: {
      const never: never = rule.protocol;
      throw new Error(`no such protocol: ${String(never)}`);
    }
  }
}
