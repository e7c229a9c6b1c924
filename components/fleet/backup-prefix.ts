import type { BucketSpec, Environment } from "./fleet";

/**
 * Where a project's archives lie in a bucket: `backups/<project>/` (R31).
 *
 * A bucket that was there before may be adopted by production too, so stage keeps apart in it:
 * `stage/backups/<project>/`, which is no project's prefix in production, whatever its slug.
 */
export function backupPrefix(
  project: string,
  environment: Environment,
  { adopted }: Pick<BucketSpec, "adopted">,
): string {
  const own = `backups/${project}/`;
  return adopted && environment === "stage" ? `stage/${own}` : own;
}
