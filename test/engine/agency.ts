import type { ScratchFleet } from "../../rehearsal/scratch";

const key = (comment: string, body: string) =>
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${body} ${comment}`;

/** A small agency: two people, one deployer, three zones. */
export const agency = {
  agency: {
    name: "acme",
    domains: ["acme.dev"],
    zones: {
      "acme.dev": "a".repeat(32),
      "shop.example": "b".repeat(32),
      "club.example": "c".repeat(32),
    },
    awsAccount: "413528927365",
  },
  team: {
    members: {
      ana: { keys: [key("ana", "MDgZWqIi/wq1ea4iiYLeBlaZ4KjOBC01l/oL8nck4eA")] },
      ben: { keys: [key("ben", "EbXQ/Wq44MZHENaaMhdxzgNKRRhM4UAX50wnrnveznF")] },
    },
    groups: { everyone: ["ana", "ben"] },
    deployers: { ci: key("ci", "IaljChd2jvDwvUGBJpu2bIQiMXYYx9PBn7qkgwwOTHE") },
  },
} as const;

/** A host key for machines that exist. */
export const hostKey = key("host", "POC8JjCYtdEGGe9iXakMRQrRGg2mLcbQv1ep5zzm5er");

/** A production project with what every one of them needs. */
export function project(domain: string, more: Record<string, unknown> = {}) {
  return { domain, access: ["everyone"], backup: { database: "postgres" }, ...more };
}

/** A fleet of one stack. */
export function fleetOf(
  stack: string,
  projects: Record<string, unknown>,
  nodes?: Record<string, unknown>,
): ScratchFleet {
  return { shared: agency, stacks: { [stack]: { projects, ...(nodes ? { nodes } : {}) } } };
}
