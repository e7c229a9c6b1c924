/**
 * The networks that Cloudflare's edge reaches an origin from. A table and no question to the provider: a
 * preview needs no account for it, one commit gives one plan, and a list that answers with less by
 * mistake shuts nobody out. Its age is told like that of prices.
 */
export const cloudflareNetworks = {
  /** Day (UTC) of the lists that this is a copy of. */
  asOf: "2026-10-05",
  /** Where the lists are, and how sure this copy is: it was compared with ten others, not with them. */
  source: "https://www.cloudflare.com/ips-v4 and /ips-v6, as public copies of that day hold them",
  ipv4: [
    "173.245.48.0/20",
    "103.21.244.0/22",
    "103.22.200.0/22",
    "103.31.4.0/22",
    "141.101.64.0/18",
    "108.162.192.0/18",
    "190.93.240.0/20",
    "188.114.96.0/20",
    "197.234.240.0/22",
    "198.41.128.0/17",
    "162.158.0.0/15",
    "104.16.0.0/13",
    "104.24.0.0/14",
    "172.64.0.0/13",
    "131.0.72.0/22",
  ],
  ipv6: [
    "2400:cb00::/32",
    "2606:4700::/32",
    "2803:f800::/32",
    "2405:b500::/32",
    "2405:8100::/32",
    "2a06:98c0::/29",
    "2c0f:f248::/32",
  ],
} as const;
