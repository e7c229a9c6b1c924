import type { NodeSpec, ProjectSpec } from "../fleet/fleet";
import { spelledOnce } from "./network";
import { cloudflareNetworks } from "./cloudflare-networks";

/** Who may come: everybody, the edge of Cloudflare, or networks. */
export type From = "anyone" | "cloudflare" | readonly string[];

/** A port that a node lets in, on its cloud's firewall and on its own. */
export interface Opening {
  /** What a cloud shows beside it. */
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly from: From;
}

const web = [
  { name: "http", port: 80 },
  { name: "https", port: 443 },
] as const;

/**
 * All that a node lets in, on every cloud and on the machine (R23, R26, R41): SSH from where it is
 * declared; the web from Cloudflare's edge alone, which every proxied name comes through, or from anyone
 * where a project's DNS is the client's (R82), and from machines that lead visitors on; and what `ports` declares. No database port is ever among
 * them: databases are reached through Docker on the node itself.
 */
export function openingsOf(
  { sshFrom, visitorsFrom = [], ports = [] }: Pick<NodeSpec, "sshFrom" | "visitorsFrom" | "ports">,
  residents: readonly Pick<ProjectSpec, "dns">[],
): readonly Opening[] {
  const from = isOpenToAll(residents) ? "anyone" : "cloudflare";
  const led = from === "anyone" || visitorsFrom.length === 0 ? [] : web;
  return [
    { name: "ssh", protocol: "tcp", port: 22, from: declaredFrom(sshFrom) },
    ...web.map(({ name, port }): Opening => ({ name, protocol: "tcp", port, from })),
    ...led.map(({ name, port }): Opening => ({
      ...{ name: `${name}-led`, protocol: "tcp", port, from: spelledOnce(visitorsFrom) },
    })),
    ...ports.map(({ port, protocol = "tcp", from: networks }): Opening => ({
      name: `${protocol}-${port}`,
      protocol,
      port,
      from: declaredFrom(networks),
    })),
  ];
}

/** Whether a node serves visitors that do not come through Cloudflare: a client runs a project's DNS. */
export function isOpenToAll(residents: readonly Pick<ProjectSpec, "dns">[]): boolean {
  return residents.some(({ dns }) => dns === "external");
}

/** The networks of who may come, by family. */
export function networksOf(from: From): {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
} {
  if (from === "anyone") return anywhere;
  if (from === "cloudflare") return cloudflareNetworks;
  return {
    ipv4: from.filter((network) => !network.includes(":")),
    ipv6: from.filter((network) => network.includes(":")),
  };
}

/** Sources and destinations without limit. */
export const anywhere = { ipv4: ["0.0.0.0/0"], ipv6: ["::/0"] } as const;
const everybody: readonly string[] = [...anywhere.ipv4, ...anywhere.ipv6];

function declaredFrom(networks: readonly string[] | undefined): From {
  if (networks === undefined) return "anyone";
  const known = spelledOnce(networks);
  return everybody.every((all) => known.includes(all)) ? "anyone" : known;
}
