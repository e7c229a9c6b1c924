import type { MachineDraft, ProjectDraft } from "./draft";
import type { BackupRegion, Environment } from "../fleet/fleet";

/** Days an archive is kept when nothing is said: a month, and some days to notice a loss. */
export const keepDaysDefault = 35;

/**
 * Days in which nobody can delete an archive of production, unless said otherwise: time to notice
 * that a machine, or the account, is another's.
 */
export const lockDaysDefault = 30;

/** Days that archives of an environment are kept, and locked if they are. */
export function retentionOf(
  settings:
    { readonly keepDays?: number | undefined; readonly lockDays?: number | undefined } | undefined,
  environment: Environment,
): { readonly keepDays: number; readonly lockDays?: number } {
  const keepDays = settings?.keepDays ?? keepDaysDefault;
  // A lock that outlasts the archive would keep it from being deleted in time.
  const usual = environment === "prod" ? Math.min(lockDaysDefault, keepDays) : 0;
  const lockDays = settings?.lockDays ?? usual;
  return lockDays === 0 ? { keepDays } : { keepDays, lockDays };
}

/** The bucket of an environment and region, unless one is adopted. */
export function bucketName(agency: string, environment: Environment, region: string): string {
  return `${agency}-${environment}-backups-${region}`;
}

/** Where copies of Berth's own state go (R79). */
export const stateRegionDefault: BackupRegion = "us-east-1";

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
