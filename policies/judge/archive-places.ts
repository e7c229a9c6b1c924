import type { Declared } from "./declared";
import { isProduction } from "./facts";
import type { Resource } from "./resource";

/** What a stack's people may get at in a bucket. */
export interface ArchivePlace {
  /** What the prefixes of all of its projects begin with. */
  readonly prefix: string;
  /** Whether they may read the whole bucket. */
  readonly whole: boolean;
  /** What copies of Berth's own state begin with: production alone keeps them. */
  readonly state?: string;
}

/**
 * Where the archives of a group's stack lie in a bucket; undefined where the bucket is neither Berth's own of that
 * environment nor one that the stack declares to adopt, nor a client's that it declares for a project, of which
 * nobody gets at more than what is below the environment's prefix. An adopted one may be both environments': production reads
 * all of it, since archives of before may lie anywhere, and stage what is below its own prefix.
 */
export function archivePlace(
  bucket: string,
  group: Resource,
  { agency, adopted, clientBuckets }: Declared,
): ArchivePlace | undefined {
  // A group belongs to no node, so that it is known which.
  const production = isProduction(group) !== false;
  const state = production ? { state: "backups/berth-state/" } : {};
  if (adopted.includes(bucket)) {
    return production
      ? { prefix: "backups/", whole: true, ...state }
      : { prefix: "stage/backups/", whole: false };
  }
  if (clientBuckets.includes(bucket)) {
    return { prefix: production ? "backups/" : "stage/backups/", whole: false };
  }
  const own =
    agency !== undefined &&
    bucket.startsWith(`${agency.name}-${production ? "prod" : "stage"}-backups-`);
  return own ? { prefix: "backups/", whole: false, ...state } : undefined;
}
