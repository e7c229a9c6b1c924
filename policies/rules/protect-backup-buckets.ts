import { adoption, isBucket } from "../judge/buckets";
import type { Declared } from "../judge/declared";
import { isProduction } from "../judge/facts";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { input, type Resource } from "../judge/resource";
import { unknown } from "../../engine/values";

export const policy: Policy = {
  name: "protect-backup-buckets",
  rules: [29],
  description:
    "A production or adopted backup bucket refuses to be deleted, and no bucket is emptied in " +
    "order to delete it.",
  check: protectBackupBuckets,
};

/** Judges every bucket by its own protection. */
export function* protectBackupBuckets(bucket: Resource, declared: Declared): Generator<Judgement> {
  if (!isBucket(bucket)) return;
  const force = input(bucket, "forceDestroy");
  if (force === unknown) yield unjudged(bucket, "forceDestroy");
  else if (force === true) {
    yield violation(
      bucket,
      "forceDestroy would delete the archives with it",
      "take forceDestroy out",
    );
  }
  if (bucket.protect) return;
  const adopted = adoption(bucket, declared);
  if (isProduction(bucket) === true || adopted === true) {
    yield violation(
      bucket,
      adopted === true ? "it was adopted and is not protected" : "it is not protected",
      "set protect on the bucket",
    );
  } else if (adopted === unknown) yield unjudged(bucket.parent, "adopted");
}
