import { policy as backUpProductionProjects } from "./back-up-production-projects";
import { policy as createServersWherePlaced } from "./create-servers-where-placed";
import { policy as encryptBuckets } from "./encrypt-buckets";
import { policy as followPlacementRules } from "./follow-placement-rules";
import { policy as guardEveryServer } from "./guard-every-server";
import type { Policy } from "./judge/policy";
import { policy as keepArchivesAsDeclared } from "./keep-archives-as-declared";
import { policy as keepBackupCredentialsWriteOnly } from "./keep-backup-credentials-write-only";
import { policy as keepBackupsInResidency } from "./keep-backups-in-residency";
import { policy as keepBucketsPrivate } from "./keep-buckets-private";
import { policy as keepDatabasePortsClosed } from "./keep-database-ports-closed";
import { policy as keepLiveMachines } from "./keep-live-machines";
import { policy as keepNamesInDeclaredZones } from "./keep-names-in-declared-zones";
import { policy as keepOtherPortsClosed } from "./keep-other-ports-closed";
import { policy as keepSecretsSecret } from "./keep-secrets-secret";
import { policy as leaveAdoptedBucketsAlone } from "./leave-adopted-buckets-alone";
import { policy as lockProductionBuckets } from "./lock-production-buckets";
import { policy as nameNodesBySlug } from "./name-nodes-by-slug";
import { policy as neverReplaceArchives } from "./never-replace-archives";
import { policy as pinAwsAccount } from "./pin-aws-account";
import { policy as protectBackupBuckets } from "./protect-backup-buckets";
import { policy as protectProductionServers } from "./protect-production-servers";
import { policy as proxyPrimaryNames } from "./proxy-primary-names";
import { policy as serveTheDeclaredEnvironment } from "./serve-the-declared-environment";
import { policy as useKnownResources } from "./use-known-resources";
import { policy as versionBuckets } from "./version-buckets";

/** The manual as law: every policy of the pack, in the order of the manual. */
export const policies: readonly Policy[] = [
  followPlacementRules,
  createServersWherePlaced,
  useKnownResources,
  keepLiveMachines,
  nameNodesBySlug,
  proxyPrimaryNames,
  keepNamesInDeclaredZones,
  backUpProductionProjects,
  keepBackupsInResidency,
  keepBackupCredentialsWriteOnly,
  neverReplaceArchives,
  keepBucketsPrivate,
  versionBuckets,
  lockProductionBuckets,
  keepArchivesAsDeclared,
  encryptBuckets,
  protectBackupBuckets,
  leaveAdoptedBucketsAlone,
  pinAwsAccount,
  keepDatabasePortsClosed,
  keepOtherPortsClosed,
  guardEveryServer,
  serveTheDeclaredEnvironment,
  protectProductionServers,
  keepSecretsSecret,
];
