import { backupRegions, type BucketSpec } from "../fleet/backups";
import { mapping } from "../fleet/mapping";
import type { ResolvedFleet } from "../placement/resolved";
import type { OwnState } from "../present/own-state";
import { bucketName, keepDaysDefault } from "../stack-file/backups";

/** What a bucket of a region is called in the state. */
export const bucketResource = (region: string): string => `backups-${region}`;

/**
 * The buckets that a stack declares: those that its projects' archives go to, and in production those that it made
 * before, which stay with all that guards them once no project writes there any more (R30). Declared no longer they
 * would lose their policy, lock and block of the public before the engine came to the bucket itself, which is protected.
 */
export function standingBuckets(
  { buckets, environment, agency }: ResolvedFleet,
  own: OwnState | undefined,
): readonly BucketSpec[] {
  if (environment !== "prod" || own === undefined) return buckets;
  const left = backupRegions.filter((region) => buckets.every((each) => each.region !== region));
  const kept = left.flatMap((region): BucketSpec[] => {
    const made = own.find("aws:s3/bucket:Bucket", `${bucketResource(region)}-bucket`);
    // One that was adopted is not the stack's own, and leaves it as it is.
    const name = bucketName(agency.name, environment, region);
    if (made?.["bucket"] !== name) return [];
    const lockDays = lockDaysOf(own, region);
    return [
      {
        name,
        region,
        adopted: false,
        keepDays: keepDaysDefault,
        ...(lockDays === undefined ? {} : { lockDays }),
      },
    ];
  });
  return [...buckets, ...kept];
}

function lockDaysOf(own: OwnState, region: string): number | undefined {
  const type = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
  const { rule } = own.find(type, `${bucketResource(region)}-lock`) ?? {};
  const days = mapping(mapping(rule)["defaultRetention"])["days"];
  return typeof days === "number" ? days : undefined;
}
