import type { Context } from "../../../emulator/handler";
import type { Field, ResourceTable } from "../../../emulator/table";
import { UNKNOWN } from "../../../emulator/values";
import { failed } from "../errors";
import { regionOf } from "../ids";
import { really } from "../really";
import { region, tags } from "../resource";
import { refuseBucketName } from "./bucket-name";

const kind = "aws/bucket";

/** Settings that have resources of their own since version 4; filled in by S3, rarely given. */
const inherited: Readonly<Record<string, Field>> = {
  accelerationStatus: { type: "string", computed: true },
  acl: { type: "string" },
  corsRules: { type: "list", computed: true },
  grants: { type: "set", computed: true },
  lifecycleRules: { type: "list", computed: true },
  logging: { type: "object", computed: true },
  objectLockConfiguration: { type: "object", computed: true },
  policy: { type: "string", computed: true },
  replicationConfiguration: { type: "object", computed: true },
  requestPayer: { type: "string", computed: true },
  serverSideEncryptionConfiguration: { type: "object", computed: true },
  versioning: { type: "object", computed: true },
  website: { type: "object" },
};

const hostedZones: Readonly<Record<string, string>> = {
  "us-east-1": "Z3AQBSTGFYJSTF",
  "us-west-2": "Z3BJ6K6RIION7M",
  "ca-central-1": "Z1QDHH18159H29",
  "eu-west-3": "Z3R1K369G5AVDG",
};

/** S3 buckets. Names are shared by all accounts of the world. */
export const bucket: ResourceTable = {
  type: "aws:s3/bucket:Bucket",
  style: "sdkv2",
  kind,
  autoName: "bucket",
  inputs: {
    region,
    ...tags,
    ...inherited,
    bucket: { type: "string", forceNew: true, refuse: refuseBucketName },
    bucketPrefix: { type: "string", computed: true, forceNew: true },
    bucketNamespace: { type: "string", computed: true, forceNew: true },
    forceDestroy: { type: "boolean", default: false },
    objectLockEnabled: { type: "boolean", computed: true, forceNew: true },
  },
  outputs: {
    arn: UNKNOWN,
    bucketDomainName: UNKNOWN,
    bucketRegion: UNKNOWN,
    bucketRegionalDomainName: UNKNOWN,
    hostedZoneId: UNKNOWN,
    websiteDomain: UNKNOWN,
    websiteEndpoint: UNKNOWN,
  },
  api: {
    async create(inputs, planned, context) {
      const name = String(inputs["bucket"]);
      const where = regionOf(inputs, context);
      refuseTaken(name, where, context);
      const doing = `creating S3 Bucket (${name})`;
      await really(context, { doing, service: "S3", action: "CreateBucket" }, ({ buckets }) =>
        buckets.create(name, where),
      );
      const given = Object.fromEntries(
        Object.entries(filled).filter(([key]) => planned[key] === UNKNOWN),
      );
      return {
        id: name,
        outputs: {
          ...given,
          arn: `arn:aws:s3:::${name}`,
          bucketDomainName: `${name}.s3.amazonaws.com`,
          bucketRegion: where,
          bucketRegionalDomainName: `${name}.s3.${where}.amazonaws.com`,
          hostedZoneId: hostedZones[where] ?? "Z3AQBSTGFYJSTF",
          region: where,
          websiteDomain: null,
          websiteEndpoint: null,
        },
      };
    },
    async delete(id, outputs, context) {
      const objects = context.world.list("aws/object").filter(({ data }) => data["bucket"] === id);
      if (objects.length > 0 && outputs["forceDestroy"] !== true) {
        const versioned = context.world.get("aws/bucket-versioning", id) !== undefined;
        throw failed(`deleting S3 Bucket (${id})`, {
          service: "S3",
          action: "DeleteBucket",
          status: 409,
          code: "BucketNotEmpty",
          message: `The bucket you tried to delete is not empty${versioned ? ". You must delete all versions in the bucket." : ""}`,
        });
      }
      const doing = `deleting S3 Bucket (${id})`;
      await really(context, { doing, service: "S3", action: "DeleteBucket" }, ({ buckets }) =>
        buckets.remove(id, outputs["forceDestroy"] === true),
      );
      for (const object of objects) context.world.remove("aws/object", object.id);
    },
  },
};

/** What S3 shows of a new bucket: encrypted with its own keys, not versioned, no public access. */
const filled = {
  accelerationStatus: "",
  bucketNamespace: "global",
  bucketPrefix: "",
  corsRules: [],
  grants: [
    {
      id: "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a",
      permissions: ["FULL_CONTROL"],
      type: "CanonicalUser",
      uri: "",
    },
  ],
  lifecycleRules: [],
  logging: null,
  objectLockConfiguration: null,
  objectLockEnabled: false,
  policy: "",
  replicationConfiguration: null,
  requestPayer: "BucketOwner",
  serverSideEncryptionConfiguration: {
    rule: {
      applyServerSideEncryptionByDefault: { kmsMasterKeyId: "", sseAlgorithm: "AES256" },
      bucketKeyEnabled: false,
    },
  },
  versioning: { enabled: false, mfaDelete: false },
} as const;

function refuseTaken(name: string, where: string, context: Context): void {
  const doing = `creating S3 Bucket (${name})`;
  const refusal = (code: string, message: string) =>
    failed(doing, {
      service: "S3",
      action: "CreateBucket",
      status: 409,
      code,
      message,
      typed: true,
    });
  if (context.world.get("aws/foreign-bucket", name)) {
    throw refusal(
      "BucketAlreadyExists",
      "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
    );
  }
  if (!context.world.get(kind, name)) return;
  // us-east-1 answers a second create of one's own bucket with success, so the provider looks first.
  if (where === "us-east-1") throw failed(doing, "BucketAlreadyExists");
  throw refusal(
    "BucketAlreadyOwnedByYou",
    "Your previous request to create the named bucket succeeded and you already own it.",
  );
}
