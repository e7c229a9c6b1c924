import { backupsBelow } from "../fleet/backup-prefix";
import type { BucketSpec, Environment } from "../fleet/fleet";
import type { Archives, ResolvedProject } from "../placement/resolved";

/** Where the archives of one environment lie in one bucket. */
export interface Place {
  readonly bucket: string;
  /** What all of its projects' prefixes begin with: `backups/`, or `stage/backups/`. */
  readonly prefix: string;
  /** Whether everything in the bucket may be read: archives of before may lie anywhere in it. */
  readonly whole: boolean;
  /** What the keys of copies of Berth's own state begin with, where they go there (R79). */
  readonly state?: string;
}

/**
 * Where an environment's people find archives. What lay in an adopted bucket before Berth is production's to read:
 * stage may adopt the same bucket, and its people have no business with production's archives.
 */
export function archivePlaces(
  environment: Environment,
  buckets: readonly BucketSpec[],
  state?: Archives,
): Place[] {
  return buckets.map((bucket) => ({
    bucket: bucket.name,
    prefix: backupsBelow(environment, bucket),
    whole: bucket.adopted && bucket.owner === undefined && environment === "prod",
    ...(state?.bucket.name === bucket.name ? { state: state.prefix } : {}),
  }));
}

/** The clients' own buckets that projects' archives go to, each once, sorted by name (R82). */
export function clientBuckets(
  projects: readonly Pick<ResolvedProject, "archives">[],
): BucketSpec[] {
  const found = projects.flatMap(({ archives }) =>
    archives?.bucket.owner === undefined ? [] : [[archives.bucket.name, archives.bucket] as const],
  );
  return [...new Map(found).values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}
