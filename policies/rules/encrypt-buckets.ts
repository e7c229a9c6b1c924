import { ownBuckets, settingsOf } from "../judge/buckets";
import type { Declared } from "../judge/declared";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import type { Resource } from "../judge/resource";
import { at, unknown, type Found } from "../../engine/values";

const types = [
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
];
const allowed: readonly string[] = ["AES256", "aws:kms", "aws:kms:dsse"];

export const policy: Policy = {
  name: "encrypt-buckets",
  rules: [29, 30],
  description:
    "A backup bucket encrypts what is put into it, with no key of another AWS account. An adopted " +
    "bucket keeps its own settings.",
  checkStack: encryptBuckets,
};

/** Judges, for every bucket, the resource that encrypts it. */
export function* encryptBuckets(
  resources: readonly Resource[],
  declared: Declared,
): Generator<Judgement> {
  for (const bucket of ownBuckets(resources, declared)) {
    const settings = settingsOf(bucket, types, resources);
    if (settings.length === 0) {
      yield violation(
        bucket,
        "its encryption is not declared",
        "add a BucketServerSideEncryptionConfiguration with AES256",
      );
    }
    for (const setting of settings) {
      const path = ["rules", 0, "applyServerSideEncryptionByDefault"] as const;
      const byDefault = setting.inputs === undefined ? unknown : at(setting.inputs, ...path);
      const algorithm = at(byDefault, "sseAlgorithm");
      yield* judgeKey(setting, at(byDefault, "kmsMasterKeyId"), declared);
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

/** Who holds the key holds the archives: nobody could read them without. */
function* judgeKey(setting: Resource, key: Found, { agency }: Declared): Generator<Judgement> {
  if (key === unknown) {
    // Unknown with its rule, it is told once, by the algorithm.
    if (at(setting.inputs, "rules") !== unknown) yield unjudged(setting, "rules");
    return;
  }
  const [, account] = /^arn:aws[a-z-]*:kms:[^:]*:(\d*):/.exec(String(key ?? "")) ?? [];
  if (account === undefined || account === agency?.awsAccount) return;
  yield violation(
    setting,
    `its key is of the AWS account ${account}`,
    "use a key of the declared account, or AES256",
  );
}
