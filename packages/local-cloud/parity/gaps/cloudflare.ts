import type { Gap } from "../gap";

/** Differences from Cloudflare's recorded calls that are accepted, and why. */
export const cloudflareGaps: readonly Gap[] = [
  {
    type: "cloudflare:index/dnsRecord:DnsRecord",
    field: "modifiedOn",
    aspect: "output",
    recorded: '"2025-06-15T15:06:44Z"',
    emulated: '"2026-11-21T12:00:00Z"',
    reason:
      "the recording leaves the old state out and numbers every scenario's records alike, so the state taken for it comes from another scenario and happens to bear the new instant; the format is equal elsewhere",
  },
];
