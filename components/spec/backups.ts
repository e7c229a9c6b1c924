import type { MachineDraft, ProjectDraft } from "./draft";
import type { BackupRegion, Environment } from "./fleet";

/** Days an archive is kept when nothing is said: a month, and some days to notice a loss. */
export const keepDaysDefault = 35;

/** The bucket of an environment and region, unless one is adopted. */
export function bucketName(agency: string, environment: Environment, region: BackupRegion): string {
  return `${agency}-${environment}-backups-${region}`;
}

/**
 * Where a project's backups go: us-east-1 (R30); ca-central-1 when its own data, or that of a
 * project on the same node, must stay in Canada.
 */
export function backupRegionOf(
  project: ProjectDraft,
  machines: readonly MachineDraft[],
): BackupRegion {
  const declared = project.facts.backup?.region;
  if (declared !== undefined) return declared;
  const machine = machines.find(({ name }) => name === project.node);
  return machine?.residency === "canada" ? "ca-central-1" : "us-east-1";
}
