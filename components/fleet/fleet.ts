import type { Agency } from "./agency";
import type { BucketSpec } from "./backups";
import type { Environment } from "./environment";
import type { NodeSpec } from "./node";
import type { ProjectSpec } from "./project";
import type { Team } from "./team";

/** The words a fleet is told in, each in the file of the thing. */
export type { Adoption } from "./adoption";
export type { Agency } from "./agency";
export { backupRegions, type BackupRegion, type BackupSpec, type BucketSpec } from "./backups";
export { clouds, type Cloud } from "./cloud";
export { environments, type Environment } from "./environment";
export type { Member } from "./member";
export type { NodeSpec } from "./node";
export {
  awsServices,
  residencies,
  type AwsService,
  type ProjectSpec,
  type Residency,
} from "./project";
export type { ClientServer } from "./server";
export { nobody } from "./serving";
export { takeOverSteps, type TakeOverStep } from "./take-over";

/**
 * Everything one stack declares, validated once and deeply readonly. `parseFleet` is the only maker of
 * these values; nobody re-validates them.
 */
export interface Fleet {
  readonly stack: string;
  readonly environment: Environment;
  /** `environment`: owns names and buckets. `host`: owns new machines for named projects. */
  readonly role: "environment" | "host";
  readonly agency: Agency;
  readonly team: Team;
  /** Machines this stack owns, sorted by name. */
  readonly nodes: readonly NodeSpec[];
  /** Machines that shall go (`retired.remove`), sorted by name; where they are gone, nothing is left to do. */
  readonly leaving: readonly NodeSpec[];
  /** Projects this stack serves names for (environment) or hosts (host), sorted by slug. */
  readonly projects: readonly ProjectSpec[];
  /** Zones whose TLS mode this stack sets, sorted (R27). */
  readonly zones: readonly string[];
  /** The environment stack that sets a zone's TLS mode, by the zone's name; this one among them. */
  readonly zoneOwners: Readonly<Record<string, string>>;
  /** Buckets that backups go to, sorted by region. */
  readonly buckets: readonly BucketSpec[];
}
