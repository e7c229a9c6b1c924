import { ownBuckets, settingsOf } from "./judge/buckets";
import { unjudged, violation, type Finding, type Policy } from "./judge/policy";
import type { Resource } from "./judge/resource";
import { at, unknown } from "./judge/value";

const types = [
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
];
const allowed: readonly string[] = ["AES256", "aws:kms", "aws:kms:dsse"];

export const policy: Policy = {
  name: "encrypt-buckets",
  rules: [29, 30],
  description:
    "A backup bucket encrypts what is put into it. An adopted bucket keeps its own settings.",
  checkStack: encryptBuckets,
};

/** Judges, for every bucket, the resource that encrypts it. */
export function* encryptBuckets(resources: readonly Resource[]): Generator<Finding> {
  for (const bucket of ownBuckets(resources)) {
    const settings = settingsOf(bucket, types, resources);
    if (settings.length === 0) {
      yield violation(
        bucket,
        "its encryption is not declared",
        "add a BucketServerSideEncryptionConfiguration with AES256",
      );
    }
    for (const setting of settings) {
      const path = ["rules", 0, "applyServerSideEncryptionByDefault", "sseAlgorithm"] as const;
      const algorithm = setting.inputs === undefined ? unknown : at(setting.inputs, ...path);
      if (algorithm === unknown) yield unjudged(setting, "rules");
      else if (!allowed.includes(String(algorithm))) {
        yield violation(
          setting,
          `sseAlgorithm is ${String(algorithm ?? "not set")}; allowed: ${allowed.join(", ")}`,
          "set it to AES256",
        );
      }
    }
  }
}
