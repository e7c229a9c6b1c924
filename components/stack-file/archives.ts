import { backupPrefix, stateSlug } from "../fleet/backup-prefix";
import {
  backup as backupSchema,
  backupRegions,
  type BackupRegion,
  type BucketSpec,
} from "../fleet/backups";
import { wholeOf } from "../fleet/declared";
import type { Environment } from "../fleet/environment";
import type { Archives, ResolvedFleet, ResolvedProject } from "../placement/resolved";
import { backupRegionOf, bucketName, retentionOf, stateRegionDefault } from "./backups";
import { compare, type Draft, type ProjectDraft } from "./draft";
import { sure } from "./sure";

/** What a project has of backups, and where its archives go: to the agency's bucket, or the client's own (R82). */
export function backupOf(
  project: ProjectDraft,
  draft: Draft,
  buckets: readonly BucketSpec[],
): Pick<ResolvedProject, "backup" | "archives"> {
  const declared = project.facts.backup;
  if (declared === undefined) return {};
  const backup = wholeOf(backupSchema, declared);
  const given = backup.bucket;
  const bucket =
    given === undefined
      ? inRegion(buckets, backupRegionOf(project, draft.machines))
      : clientBucket(given, draft);
  return {
    backup: { ...backup, database: backup.database ?? "none" },
    archives: archivesIn(draft, bucket, project.slug),
  };
}

/** It was there before Berth too, so that the environments keep apart in it. Whether it locks is the client's to say. */
function clientBucket(
  { name, region, account }: { name: string; region: string; account: string },
  { definition, environment }: Draft,
): BucketSpec {
  const { keepDays } = retentionOf(definition?.config.backups, sure(environment));
  return { name, region, adopted: true, owner: account, keepDays };
}

/** One copy of the state is of all stacks, so that production alone has it. */
export function stateOf(
  draft: Draft,
  buckets: readonly BucketSpec[],
): Pick<ResolvedFleet, "state"> {
  const region = stateRegionOf(draft);
  return region === undefined
    ? {}
    : { state: archivesIn(draft, inRegion(buckets, region), stateSlug) };
}

function stateRegionOf({ own, environment, role }: Draft): BackupRegion | undefined {
  const declared = own.config.agency?.backups?.state;
  if (declared === undefined || environment !== "prod" || role !== "environment") return undefined;
  return declared.region ?? stateRegionDefault;
}

function inRegion(buckets: readonly BucketSpec[], region: BackupRegion): BucketSpec {
  return sure(buckets.find((each) => each.region === region));
}

function archivesIn(
  { environment, definition }: Draft,
  bucket: BucketSpec,
  slug: string,
): Archives {
  return {
    bucket,
    prefix: backupPrefix(slug, sure(environment), bucket),
    drillKeys: definition?.config.backups?.drillKeys ?? [],
  };
}

/** The agency's buckets that archives of an environment go to: one a region. */
export function bucketsOf(draft: Draft, agency: string, environment: Environment): BucketSpec[] {
  const settings = draft.definition?.config.backups;
  const used = [
    ...draft.projects.flatMap((project) =>
      project.facts.backup === undefined || project.facts.backup.bucket !== undefined
        ? []
        : [backupRegionOf(project, draft.machines)],
    ),
    stateRegionOf(draft),
  ];
  return [...backupRegions]
    .sort(compare)
    .filter((region) => used.includes(region))
    .map((region) => {
      const adopted = settings?.adopt?.find((bucket) => bucket.region === region);
      const { keepDays, lockDays } = retentionOf(settings, environment);
      return {
        name: adopted === undefined ? bucketName(agency, environment, region) : sure(adopted.name),
        region,
        adopted: adopted !== undefined,
        keepDays,
        ...(lockDays === undefined || adopted !== undefined ? {} : { lockDays }),
      };
    });
}
