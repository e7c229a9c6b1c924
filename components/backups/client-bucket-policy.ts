import { onlyNewNames } from "./create-only-policy";

/**
 * The policy that a client sets on a bucket of theirs to which archives go (R82): the agency's account may do below
 * these prefixes what its nodes, its people and its drills do there, and no more. Who of the agency does what, the
 * agency's own policies say; AWS asks for both.
 *
 * It names the account and not its users, since a user that is made anew is another to S3. Nothing of it lets anybody
 * delete a version, read beside the prefixes, or change a setting of the bucket, and nobody, the client neither,
 * replaces an archive. Pure.
 */
export function clientBucketPolicy(
  bucket: string,
  prefixes: readonly string[],
  agencyAccount: string,
): string {
  const arn = `arn:aws:s3:::${bucket}`;
  const at = (pattern: string) => prefixes.map((prefix) => `${arn}/${prefix}${pattern}`);
  const allow = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${agencyAccount}:root` } };
  const { Resource: _, ...replaces } = onlyNewNames;
  const statements = [
    {
      Sid: "WriteAndReadArchives",
      ...allow,
      Action: ["s3:PutObject", "s3:AbortMultipartUpload", "s3:GetObject"],
      Resource: at("*"),
    },
    {
      Sid: "PruneAfterAProof",
      ...allow,
      Action: "s3:DeleteObject",
      Resource: [...at("*.tar.lrz"), ...at("*.manifest.json")],
    },
    {
      Sid: "ListArchives",
      ...allow,
      Action: "s3:ListBucket",
      Resource: arn,
      Condition: { StringLike: { "s3:prefix": prefixes.map((prefix) => `${prefix}*`) } },
    },
    { ...replaces, Principal: "*", Resource: at("*") },
  ];
  return JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2);
}
