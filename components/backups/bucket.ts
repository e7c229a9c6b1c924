import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import { withAws } from "../accounts";
import type { Agency, BucketSpec } from "../fleet/fleet";

/** Days a replaced or deleted archive can still be brought back. */
const undeleteDays = 30;

/** What a backup bucket is made from. */
export interface BackupBucketArgs {
  /** What follows from a project's `backup`: `project.archives.bucket`. */
  readonly bucket: BucketSpec;
  /** Whose AWS account it is in (R33). */
  readonly agency: Pick<Agency, "awsAccount">;
  /** Whether its deletion is refused; absent: it is. */
  readonly protect?: boolean;
}

/**
 * The bucket that the backups of one environment and region go to (R30): private, versioned,
 * encrypted, reached over TLS only, with a lifecycle that clears what was replaced or never completed and,
 * when asked for, an object lock in compliance mode.
 *
 * An adopted bucket is imported and left as it is: its objects, policies and lifecycle are never
 * altered, and it stays where it is when it leaves the stack.
 *
 * It is made through a provider bound to the agency's account, unless `opts` bring one.
 *
 * @example
 * new BackupBucket("backups", { bucket: shop.archives.bucket, agency });
 */
export class BackupBucket extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;

  constructor(name: string, args: BackupBucketArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { name: bucketName, region, adopted } = args.bucket;
    super(
      "berth:backups:BackupBucket",
      name,
      { bucketName, region, adopted },
      withAws(args.agency.awsAccount, opts),
    );
    const bucket = args.bucket.adopted ? this.adopt(name, args) : this.create(name, args);
    this.bucketName = bucket.bucket;
    this.registerOutputs({ bucketName: this.bucketName });
  }

  private adopt(name: string, { bucket }: BackupBucketArgs): s3.Bucket {
    return new s3.Bucket(
      `${name}-bucket`,
      { bucket: bucket.name, region: bucket.region },
      {
        parent: this,
        import: bucket.name,
        protect: true,
        retainOnDelete: true,
        // Everything that the provider could change on it.
        ignoreChanges: ["bucket", "region", "forceDestroy", "objectLockEnabled", "tags", "tagsAll"],
      },
    );
  }

  private create(name: string, args: BackupBucketArgs): s3.Bucket {
    const bucket = new s3.Bucket(
      `${name}-bucket`,
      { bucket: args.bucket.name, region: args.bucket.region },
      { parent: this, protect: args.protect ?? true },
    );
    const versioning = this.harden(name, bucket, args.bucket);
    if (args.bucket.lockDays !== undefined) this.lock(name, bucket, versioning, args.bucket);
    return bucket;
  }

  private harden(name: string, bucket: s3.Bucket, spec: BucketSpec): s3.BucketVersioning {
    const at = { bucket: bucket.bucket, region: spec.region };
    const opts = { parent: this };
    const versioning = new s3.BucketVersioning(
      `${name}-versioning`,
      { ...at, versioningConfiguration: { status: "Enabled" } },
      opts,
    );
    new s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { ...at, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      opts,
    );
    const publicAccess = new s3.BucketPublicAccessBlock(
      `${name}-private`,
      {
        ...at,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      opts,
    );
    new s3.BucketPolicy(
      `${name}-tls-only`,
      { ...at, policy: tlsOnlyPolicy(spec.name) },
      // S3 answers 409 when both are set at the same moment.
      { ...opts, dependsOn: publicAccess },
    );
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      {
        ...at,
        rules: [
          {
            // Nothing goes by its age: after weeks of failing backups that would be the last good archive. What
            // is older than it is kept goes after a proof of a newer one, by the drill.
            id: "archives",
            status: "Enabled",
            filter: { prefix: "backups/" },
            noncurrentVersionExpiration: { noncurrentDays: undeleteDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      { ...opts, dependsOn: versioning },
    );
    return versioning;
  }

  private lock(
    name: string,
    bucket: s3.Bucket,
    versioning: s3.BucketVersioning,
    spec: BucketSpec,
  ): void {
    new s3.BucketObjectLockConfiguration(
      `${name}-lock`,
      {
        bucket: bucket.bucket,
        region: spec.region,
        rule: { defaultRetention: { mode: "COMPLIANCE", days: spec.lockDays! } },
      },
      // A bucket can be locked after its making, once it is versioned; the bucket's own
      // `objectLockEnabled` would replace it.
      { parent: this, dependsOn: versioning },
    );
  }
}

function tlsOnlyPolicy(bucket: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}
