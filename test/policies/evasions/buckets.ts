import { unknown } from "../../../engine/values";
import { account, adopted, document } from "../lawful-stack";
import { admit, change, foreign, stranger, type Evasion } from "./evasion";

/** Ways to the archives, or to their end. */
export const buckets: readonly Evasion[] = [
  [
    "a canned ACL for everybody",
    "keep-buckets-private",
    change("backups-bucket", { acl: "public-read" }),
  ],
  [
    "a canned ACL for AWS's customers",
    "keep-buckets-private",
    change("backups-bucket", { acl: "aws-exec-read" }),
  ],
  [
    "a grant on the bucket",
    "keep-buckets-private",
    change("backups-bucket", {
      grants: [
        {
          type: "Group",
          uri: "http://acs.amazonaws.com/groups/global/AllUsers",
          permissions: ["READ"],
        },
      ],
    }),
  ],
  foreign(
    "a grant beside the bucket",
    "aws:s3/bucketAcl:BucketAcl",
    { bucket: "b", accessControlPolicy: { grants: [] } },
    "keep-buckets-private",
  ),
  [
    "a site",
    "keep-buckets-private",
    change("backups-bucket", { website: { indexDocument: "index.html" } }),
  ],
  [
    "a copy in another bucket",
    "keep-buckets-private",
    change("backups-bucket", {
      replicationConfiguration: {
        role: "r",
        rules: [{ destination: { bucket: "arn:aws:s3:::theirs" } }],
      },
    }),
  ],
  [
    "a policy on the bucket itself",
    "keep-buckets-private",
    change("backups-bucket", { policy: admit("*") }),
  ],
  [
    "a stranger's account",
    "keep-buckets-private",
    change("backups-tls-only", { policy: admit({ AWS: stranger }) }),
  ],
  [
    "a stranger's role",
    "keep-buckets-private",
    change("backups-tls-only", {
      policy: admit({ AWS: [`arn:aws:iam::${stranger}:role/reader`] }),
    }),
  ],
  [
    "a stranger whose name ends like the account",
    "keep-buckets-private",
    change("backups-tls-only", {
      policy: admit({ AWS: `arn:aws:iam::${stranger}:role/${account}` }),
    }),
  ],
  [
    "a stranger beside one's own",
    "keep-buckets-private",
    change("backups-tls-only", { policy: admit({ AWS: [account, stranger] }) }),
  ],
  [
    "a service",
    "keep-buckets-private",
    change("backups-tls-only", { policy: admit({ Service: "logging.s3.amazonaws.com" }) }),
  ],
  [
    "a stranger's own id",
    "keep-buckets-private",
    change("backups-tls-only", {
      policy: admit({
        CanonicalUser: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
      }),
    }),
  ],
  [
    "everybody but one",
    "keep-buckets-private",
    change("backups-tls-only", {
      policy: document({
        Effect: "Allow",
        NotPrincipal: { AWS: account },
        Action: "s3:*",
        Resource: "*",
      }),
    }),
  ],
  [
    "everybody of one address",
    "keep-buckets-private",
    change("backups-tls-only", {
      policy: admit("*", { Condition: { IpAddress: { "aws:SourceIp": "192.0.2.1" } } }),
    }),
  ],
  [
    "a bucket that says it was there before",
    "version-buckets",
    (stack) => {
      stack.change("backups", { adopted: true });
      stack.drop("backups-versioning");
    },
  ],
  ["no lock", "lock-production-buckets", (stack) => stack.drop("backups-lock")],
  [
    "a lock that the account's holder lifts",
    "lock-production-buckets",
    change("backups-lock", { rule: { defaultRetention: { mode: "GOVERNANCE", days: 30 } } }),
  ],
  [
    "a shorter lock than is declared",
    "lock-production-buckets",
    change("backups-lock", { rule: { defaultRetention: { mode: "COMPLIANCE", days: 1 } } }),
  ],
  [
    "a lock for no day",
    "lock-production-buckets",
    change("backups-lock", { rule: { defaultRetention: { mode: "COMPLIANCE", days: 0 } } }),
  ],
  ["a lock without a rule", "lock-production-buckets", change("backups-lock", { rule: null })],
  [
    "a lifecycle that empties the bucket tomorrow",
    "keep-archives-as-declared",
    change("backups-lifecycle", { rules: [{ status: "Enabled", expiration: { days: 1 } }] }),
  ],
  [
    "a lifecycle that keeps archives for as long as is declared",
    "keep-archives-as-declared",
    change("backups-lifecycle", { rules: [{ status: "Enabled", expiration: { days: 35 } }] }),
  ],
  [
    "a lifecycle with a date",
    "keep-archives-as-declared",
    change("backups-lifecycle", {
      rules: [{ status: "Enabled", expiration: { date: "2026-12-01" } }],
    }),
  ],
  [
    "a lifecycle on the bucket itself",
    "keep-archives-as-declared",
    change("backups-bucket", { lifecycleRules: [{ enabled: true, expiration: { days: 1 } }] }),
  ],
  [
    "a policy for an adopted bucket",
    "leave-adopted-buckets-alone",
    (stack) =>
      void stack.add("aws:s3/bucketPolicy:BucketPolicy", "other", {
        bucket: adopted,
        policy: document(),
      }),
  ],
  [
    "a lifecycle for an adopted bucket, by what it is computed from",
    "leave-adopted-buckets-alone",
    (stack) =>
      void stack.add(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "other",
        { bucket: unknown, rules: [] },
        { dependencies: { bucket: [stack.urn("old-bucket")] } },
      ),
  ],
  [
    "a stranger's key",
    "encrypt-buckets",
    change("backups-encryption", {
      rules: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: "aws:kms",
            kmsMasterKeyId: `arn:aws:kms:us-east-1:${stranger}:key/1`,
          },
        },
      ],
    }),
  ],
  foreign(
    "a copy set up beside the bucket",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  ),
  foreign("lists of the archives for others", "aws:s3/inventory:Inventory"),
  foreign("a door of its own", "aws:s3/accessPoint:AccessPoint"),
  foreign("a bucket of DigitalOcean", "digitalocean:index/spacesBucket:SpacesBucket", {
    acl: "public-read",
  }),
  foreign("a bucket of Scaleway", "scaleway:object/bucket:Bucket"),
];
