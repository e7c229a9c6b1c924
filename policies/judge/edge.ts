import { BlockList, isIP } from "node:net";

/**
 * The networks from which Cloudflare reaches an origin, as it publishes them: this pack's own list, since
 * it judges the program's. A test compares the two.
 */
export const edgeNetworks: readonly string[] = [
  "103.21.244.0/22",
  "103.22.200.0/22",
  "103.31.4.0/22",
  "104.16.0.0/13",
  "104.24.0.0/14",
  "108.162.192.0/18",
  "131.0.72.0/22",
  "141.101.64.0/18",
  "162.158.0.0/15",
  "172.64.0.0/13",
  "173.245.48.0/20",
  "188.114.96.0/20",
  "190.93.240.0/20",
  "197.234.240.0/22",
  "198.41.128.0/17",
  "2400:cb00::/32",
  "2405:8100::/32",
  "2405:b500::/32",
  "2606:4700::/32",
  "2803:f800::/32",
  "2a06:98c0::/29",
  "2c0f:f248::/32",
];

/** Whether a network, or an address, lies within one of the edge's. What cannot be read does not. */
export function isOfEdge(network: string): boolean {
  const read = parts(network);
  if (read === undefined) return false;
  const { address, length, family } = read;
  return edges.some(
    (edge) => edge.family === family && length >= edge.length && edge.list.check(address, family),
  );
}

interface Network {
  readonly address: string;
  readonly length: number;
  readonly family: "ipv4" | "ipv6";
}

/** Read once: every rule of every firewall is compared with all of them. */
const edges = edgeNetworks.flatMap((text) => {
  const network = parts(text);
  if (network === undefined) return [];
  const list = new BlockList();
  list.addSubnet(network.address, network.length, network.family);
  return [{ ...network, list }];
});

function parts(text: string): Network | undefined {
  const [, address = "", digits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  const length = digits === undefined ? bits : Number(digits);
  if (length > bits) return undefined;
  return { address, length, family: version === 4 ? "ipv4" : "ipv6" };
}
