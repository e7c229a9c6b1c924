import { describe, expect, it } from "vitest";

import { createOnlyPolicy } from "../../components/backups/create-only-policy";
import { backupPrefix } from "../../components/fleet/backup-prefix";
import { allows, type Call } from "../iam";

const policy = createOnlyPolicy("archives", backupPrefix("kmc", "prod", { adopted: true }));
const everything = JSON.stringify({
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
const archive = "arn:aws:s3:::archives/backups/kmc/2026-11-28T0000Z.tar.lrz";

const put = (context: Call["context"], resource = archive): Call => ({
  action: "s3:PutObject",
  resource,
  ...(context ? { context } : {}),
});
const ifNew = { "s3:if-none-match": "*" };
const creates = { "s3:ObjectCreationOperation": "true" };
const prepares = { "s3:ObjectCreationOperation": "false" };

describe("the policy of a machine's backup credential", () => {
  it.each([
    ["PutObject under a new name", put({ ...creates, ...ifNew })],
    ["CreateMultipartUpload and UploadPart, which take no condition", put(prepares)],
    ["CompleteMultipartUpload under a new name", put({ ...creates, ...ifNew })],
    ["AbortMultipartUpload", { action: "s3:AbortMultipartUpload", resource: archive }],
  ])("allows %s", (_, call) => {
    expect(allows([policy], call)).toBe(true);
  });

  it.each([
    ["PutObject that could replace an archive", put(creates)],
    ["PutObject that replaces the one it knows", put({ ...creates, "s3:if-match": "etag" })],
    ["a call that does not say what it is", put({})],
    ["CopyObject", put({ ...creates, "s3:x-amz-copy-source": "archives/backups/kmc/old" })],
    ["another project", put(ifNew, "arn:aws:s3:::archives/backups/kmc-intranet/a")],
    ["stage's archives of the project", put(ifNew, "arn:aws:s3:::archives/stage/backups/kmc/a")],
    ["another bucket", put(ifNew, "arn:aws:s3:::archive/backups/kmc/a")],
    ...[
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:ListBucket",
      "s3:ListMultipartUploadParts",
      "s3:DeleteObject",
      "s3:DeleteObjectVersion",
      "s3:PutObjectAcl",
      "s3:PutObjectRetention",
      "s3:BypassGovernanceRetention",
      "s3:PutLifecycleConfiguration",
      "s3:PutBucketPolicy",
      "iam:CreateAccessKey",
    ].map((action): [string, Call] => [
      action,
      { action, resource: archive, context: { ...creates, ...ifNew } },
    ]),
  ])("refuses %s", (_, call) => {
    expect(allows([policy], call)).toBe(false);
  });

  it("refuses to replace an archive beside a grant of everything", () => {
    expect(allows([policy, everything], put(creates))).toBe(false);
    expect(allows([policy, everything], put({ ...creates, ...ifNew }))).toBe(true);
  });
});

describe("where archives lie", () => {
  const prefixes = (adopted: boolean) =>
    ["kmc", "stage", "backups", "kmc-stage"].flatMap((slug) =>
      (["prod", "stage"] as const).map((environment) =>
        backupPrefix(slug, environment, { adopted }),
      ),
    );

  it("is backups/<project>/ in production and in the buckets that Berth makes", () => {
    expect(backupPrefix("kmc", "prod", { adopted: true })).toBe("backups/kmc/");
    expect(backupPrefix("kmc", "prod", { adopted: false })).toBe("backups/kmc/");
    expect(backupPrefix("kmc", "stage", { adopted: false })).toBe("backups/kmc/");
  });

  it("is apart in an adopted bucket: no prefix of one begins with another's", () => {
    const found = prefixes(true);
    for (const [index, prefix] of found.entries()) {
      const others = found.filter((_, other) => other !== index);
      expect(others.filter((other) => other.startsWith(prefix))).toEqual([]);
    }
  });
});
