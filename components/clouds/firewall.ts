/** One port open to the world. */
export interface Opening {
  readonly name: "ssh" | "http" | "https";
  readonly port: number;
}

/**
 * Every port a node opens, on every provider. Database ports are never among them (R41): databases
 * are reached through Docker on the node itself.
 */
export const openings: readonly Opening[] = [
  { name: "ssh", port: 22 },
  { name: "http", port: 80 },
  { name: "https", port: 443 },
];

/** Sources and destinations without limit. */
export const anywhere = { ipv4: "0.0.0.0/0", ipv6: "::/0" } as const;
