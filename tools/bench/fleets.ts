import type { ScratchFleet } from "../../rehearsal/scratch";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI";

/** A stage fleet of `count` nodes, one project each, spread over the three clouds. */
export function fleetOfNodes(count: number): ScratchFleet {
  const kinds = [{}, { residency: "canada" }, { needs: ["rds"] }];
  const projects = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `project-${index}`,
      { domain: `p${index}.bench.example`, access: ["everyone"], ...kinds[index % kinds.length] },
    ]),
  );
  return {
    shared: {
      agency: {
        name: "bench",
        domains: ["bench.dev"],
        zones: { "bench.example": "a".repeat(32) },
        awsAccount: "413528927365",
      },
      team: {
        members: { ana: { keys: [`${key}MDgZWqIi/wq1ea4iiYLeBlaZ4KjOBC01l/oL8nck4eA ana`] } },
        groups: { everyone: ["ana"] },
        deployers: { ci: `${key}IaljChd2jvDwvUGBJpu2bIQiMXYYx9PBn7qkgwwOTHE ci` },
      },
    },
    stacks: { stage: { projects } },
  };
}
