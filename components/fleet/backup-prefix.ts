import type { BucketSpec, Environment } from "./fleet";

/**
 * What the prefixes of all projects of an environment begin with in a bucket: `backups/`.
 *
 * A bucket that was there before may be adopted by production too, so stage keeps apart in it:
 * `stage/backups/`, which begins no project's prefix in production, whatever its slug.
 */
export function backupsBelow(
  environment: Environment,
  { adopted }: Pick<BucketSpec, "adopted">,
): string {
  return adopted && environment === "stage" ? "stage/backups/" : "backups/";
}

/** What copies of Berth's own state are called where projects have their slug (R79). */
export const stateSlug = "berth-state";

/** Where a project's archives lie in a bucket: `backups/<project>/` (R31), in stage as above. */
export function backupPrefix(
  project: string,
  environment: Environment,
  bucket: Pick<BucketSpec, "adopted">,
): string {
  return `${backupsBelow(environment, bucket)}${project}/`;
}
