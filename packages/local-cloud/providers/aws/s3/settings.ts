import type { Field, ResourceTable } from "../../../emulator/table";
import { isObject, type Props } from "../../../emulator/values";
import { failed } from "../errors";
import { normalPolicy, refusePolicy, samePolicy } from "../policy-json";
import { bucketPart } from "./bucket-part";

const owner: Field = { type: "string", forceNew: true, absent: "" };
const off: Field = { type: "boolean", absent: false };

/** Versioning; once on it can only be suspended. */
export const bucketVersioning: ResourceTable = bucketPart({
  name: "bucketVersioning",
  title: "Versioning",
  action: "PutBucketVersioning",
  inputs: {
    expectedBucketOwner: owner,
    mfa: { type: "string" },
    versioningConfiguration: {
      type: "object",
      required: true,
      fields: {
        mfaDelete: { type: "string", absent: "" },
        status: { type: "string", required: true, oneOf: ["Enabled", "Suspended", "Disabled"] },
      },
    },
  },
  filled: {},
  async apply(buckets, bucket, inputs) {
    const { status } = object(inputs?.["versioningConfiguration"]);
    // One that never was on stays so; taking the setting away suspends it, but for a bucket with a lock,
    // which S3 refuses and the provider passes over.
    if (status === "Disabled" || (inputs === undefined && buckets.isLocked(bucket))) return;
    await buckets.setVersioning(bucket, status === "Enabled" ? "Enabled" : "Suspended");
  },
});

/** Default encryption. */
export const bucketEncryption: ResourceTable = bucketPart({
  name: "bucketServerSideEncryptionConfiguration",
  title: "Server-side Encryption Configuration",
  action: "PutBucketEncryption",
  inputs: {
    expectedBucketOwner: owner,
    rules: {
      type: "set",
      required: true,
      fields: {
        applyServerSideEncryptionByDefault: {
          type: "object",
          fields: {
            kmsMasterKeyId: { type: "string", absent: "" },
            sseAlgorithm: {
              type: "string",
              required: true,
              oneOf: ["AES256", "aws:fsx", "aws:kms", "aws:kms:dsse"],
            },
          },
        },
        blockedEncryptionTypes: { type: "list", absent: [] },
        bucketKeyEnabled: { type: "boolean", absent: false },
      },
    },
  },
});

/** The four switches that keep a bucket private. */
export const bucketPublicAccessBlock: ResourceTable = bucketPart({
  name: "bucketPublicAccessBlock",
  title: "Public Access Block",
  action: "PutPublicAccessBlock",
  inputs: {
    blockPublicAcls: off,
    blockPublicPolicy: off,
    ignorePublicAcls: off,
    restrictPublicBuckets: off,
    skipDestroy: { type: "boolean" },
  },
});

/** Who owns objects that others write. */
export const bucketOwnershipControls: ResourceTable = bucketPart({
  name: "bucketOwnershipControls",
  title: "Ownership Controls",
  action: "PutBucketOwnershipControls",
  inputs: {
    rule: {
      type: "object",
      required: true,
      fields: {
        objectOwnership: {
          type: "string",
          required: true,
          oneOf: ["BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"],
        },
      },
    },
  },
});

/** The bucket's policy; the same document written otherwise is no change. */
export const bucketPolicy: ResourceTable = bucketPart({
  name: "bucketPolicy",
  title: "Policy",
  action: "PutBucketPolicy",
  inputs: {
    policy: {
      type: "string",
      required: true,
      same: samePolicy,
      refuse: refusePolicy,
      toState: normalPolicy,
    },
  },
  apply: (buckets, bucket, inputs) => buckets.setPolicy(bucket, inputs && String(inputs["policy"])),
  refuse(inputs) {
    const document = JSON.parse(String(inputs["policy"])) as { Statement?: unknown };
    const statements = Array.isArray(document.Statement)
      ? document.Statement
      : [document.Statement];
    if (statements.every((statement) => isObject(statement) && statement["Principal"])) return;
    throw failed(`putting S3 Bucket (${String(inputs["bucket"])}) Policy`, {
      service: "S3",
      action: "PutBucketPolicy",
      status: 400,
      code: "MalformedPolicy",
      message: "Missing required field Principal",
    });
  },
});

function object(value: unknown): Props {
  return isObject(value) ? value : {};
}

/** Object lock: who may delete what, and from when on. Needs versioning. */
export const bucketObjectLock: ResourceTable = {
  ...bucketPart({
    name: "bucketObjectLockConfiguration",
    title: "Object Lock Configuration",
    action: "PutObjectLockConfiguration",
    inputs: {
      expectedBucketOwner: owner,
      objectLockEnabled: {
        type: "string",
        forceNew: true,
        default: "Enabled",
        oneOf: ["Enabled"],
      },
      rule: {
        type: "object",
        fields: {
          defaultRetention: {
            type: "object",
            required: true,
            fields: {
              days: { type: "integer", absent: 0 },
              mode: { type: "string", oneOf: ["GOVERNANCE", "COMPLIANCE"] },
              years: { type: "integer", absent: 0 },
            },
          },
        },
      },
      token: { type: "string" },
    },
    shows: { objectLockEnabled: true },
    async apply(buckets, bucket, inputs) {
      const { mode, days, years } = object(object(inputs?.["rule"])["defaultRetention"]);
      const all = Number(days ?? 0) + Number(years ?? 0) * 365;
      const known = mode === "COMPLIANCE" || mode === "GOVERNANCE" ? mode : undefined;
      await buckets.setLock(bucket, known && { mode: known, days: all });
    },
    refuse(inputs, context) {
      const bucket = String(inputs["bucket"]);
      const versioning = context.world.get("aws/bucket-versioning", bucket)?.data;
      const status = versioning?.["versioningConfiguration"];
      const locked = context.world.get("aws/bucket", bucket)?.data["objectLockEnabled"] === true;
      if (locked || (isObject(status) && status["status"] === "Enabled")) return;
      throw failed(`creating S3 Bucket (${bucket}) Object Lock Configuration`, {
        service: "S3",
        action: "PutObjectLockConfiguration",
        status: 409,
        code: "InvalidBucketState",
        message: "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
      });
    },
  }),
  secretOutputs: ["token"],
};
