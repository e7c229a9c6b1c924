import { policy as backUpProductionProjects } from "./rules/back-up-production-projects";
import { policy as createServersWherePlaced } from "./rules/create-servers-where-placed";
import { policy as encryptBuckets } from "./rules/encrypt-buckets";
import { policy as followPlacementRules } from "./rules/follow-placement-rules";
import { policy as guardEveryServer } from "./rules/guard-every-server";
import type { Policy } from "./judge/policy";
import { policy as keepArchiveGroupsNarrow } from "./rules/keep-archive-groups-narrow";
import { policy as keepArchivesAsDeclared } from "./rules/keep-archives-as-declared";
import { policy as keepBackupCredentialsWriteOnly } from "./rules/keep-backup-credentials-write-only";
import { policy as keepBackupsInResidency } from "./rules/keep-backups-in-residency";
import { policy as keepBucketsPrivate } from "./rules/keep-buckets-private";
import { policy as keepDatabasePortsClosed } from "./rules/keep-database-ports-closed";
import { policy as keepLiveMachines } from "./rules/keep-live-machines";
import { policy as keepNamesInDeclaredZones } from "./rules/keep-names-in-declared-zones";
import { policy as keepOtherPortsClosed } from "./rules/keep-other-ports-closed";
import { policy as keepSecretsSecret } from "./rules/keep-secrets-secret";
import { policy as keepWebBehindEdge } from "./rules/keep-web-behind-edge";
import { policy as leaveAdoptedBucketsAlone } from "./rules/leave-adopted-buckets-alone";
import { policy as lockProductionBuckets } from "./rules/lock-production-buckets";
import { policy as nameNodesBySlug } from "./rules/name-nodes-by-slug";
import { policy as neverReplaceArchives } from "./rules/never-replace-archives";
import { policy as pinAwsAccount } from "./rules/pin-aws-account";
import { policy as protectBackupBuckets } from "./rules/protect-backup-buckets";
import { policy as protectProductionServers } from "./rules/protect-production-servers";
import { policy as proxyPrimaryNames } from "./rules/proxy-primary-names";
import { policy as serveTheDeclaredEnvironment } from "./rules/serve-the-declared-environment";
import { policy as useKnownInputs } from "./rules/use-known-inputs";
import { policy as useKnownResources } from "./rules/use-known-resources";
import { policy as verifyOrigins } from "./rules/verify-origins";
import { policy as versionBuckets } from "./rules/version-buckets";

/** The manual as law: every policy of the pack, in the order of the manual. */
export const policies: readonly Policy[] = [
  followPlacementRules,
  createServersWherePlaced,
  useKnownResources,
  useKnownInputs,
  keepLiveMachines,
  nameNodesBySlug,
  proxyPrimaryNames,
  keepNamesInDeclaredZones,
  verifyOrigins,
  backUpProductionProjects,
  keepBackupsInResidency,
  keepBackupCredentialsWriteOnly,
  keepArchiveGroupsNarrow,
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
  keepWebBehindEdge,
  guardEveryServer,
  serveTheDeclaredEnvironment,
  protectProductionServers,
  keepSecretsSecret,
];
