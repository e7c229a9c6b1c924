import { ownBuckets, settingsOf } from "../judge/buckets";
import type { Declared } from "../judge/declared";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import type { Resource } from "../judge/resource";
import { at, unknown } from "../../engine/values";

const types = [
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:s3/bucketVersioningV2:BucketVersioningV2",
];

export const policy: Policy = {
  name: "version-buckets",
  rules: [29, 30],
  description:
    "A backup bucket is versioned, so that an archive that is overwritten or deleted can be " +
    "brought back. An adopted bucket keeps its own settings.",
  checkStack: versionBuckets,
};

/** Judges, for every bucket, the resource that versions it. */
export function* versionBuckets(
  resources: readonly Resource[],
  declared: Declared,
): Generator<Judgement> {
  for (const bucket of ownBuckets(resources, declared)) {
    const settings = settingsOf(bucket, types, resources);
    if (settings.length === 0) {
      yield violation(bucket, "it is not versioned", "add a BucketVersioning that is Enabled");
    }
    for (const setting of settings) {
      const status =
        setting.inputs === undefined
          ? unknown
          : at(setting.inputs, "versioningConfiguration", "status");
      if (status === unknown) yield unjudged(setting, "versioningConfiguration.status");
      else if (status !== "Enabled") {
        yield violation(
          setting,
          `versioningConfiguration.status is ${String(status ?? "not set")}`,
          'set it to "Enabled"',
        );
      }
    }
  }
}
