/** Denies every creation of an object that does not ask whether one of its name is there. */
export const onlyNewNames = {
  Sid: "OnlyNewNames",
  Effect: "Deny",
  Action: "s3:PutObject",
  Resource: "*",
  Condition: {
    Null: { "s3:if-none-match": "true" },
    BoolIfExists: { "s3:ObjectCreationOperation": "true" },
  },
} as const;

/**
 * The IAM policy of a credential that can create objects below one prefix of a bucket, and give up
 * an upload that broke. It can neither read, list nor delete, and it can neither replace an object
 * nor lay a newer version over it: whatever creates one must ask S3, by `If-None-Match`, that none
 * of that name is there.
 *
 * The condition is the credential's own, since the policy of an adopted bucket is never altered. It
 * denies, so that it holds beside whatever else the user is granted later, and on every resource.
 * The calls that only prepare an upload in parts take no such header; S3 tells them apart by
 * `s3:ObjectCreationOperation`, which is false for them, and a call that does not say is refused.
 * CopyObject, which takes the header neither, is refused with them.
 */
export function createOnlyPolicy(bucket: string, prefix: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "WriteArchives",
        Effect: "Allow",
        Action: ["s3:PutObject", "s3:AbortMultipartUpload"],
        Resource: `arn:aws:s3:::${bucket}/${prefix}*`,
      },
      onlyNewNames,
    ],
  });
}
