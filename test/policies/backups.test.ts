import { describe, expect, it } from "vitest";

import { backUpProductionProjects } from "../../policies/rules/back-up-production-projects";
import { archivePlace } from "../../policies/judge/archive-places";
import { declaredIn, declaredOf } from "../../policies/judge/declared";
import { encryptBuckets } from "../../policies/rules/encrypt-buckets";
import type { Resource } from "../../policies/judge/resource";
import { unknown, type Value, type Values } from "../../engine/values";
import { keepBackupCredentialsWriteOnly } from "../../policies/rules/keep-backup-credentials-write-only";
import { keepBackupsInResidency } from "../../policies/rules/keep-backups-in-residency";
import { admitNobody, blockPublicAccess } from "../../policies/rules/keep-buckets-private";
import { pinAwsAccount } from "../../policies/rules/pin-aws-account";
import { protectBackupBuckets } from "../../policies/rules/protect-backup-buckets";
import { versionBuckets } from "../../policies/rules/version-buckets";
import { canadian, credential, declaring, document, node, resource, told } from "./resources";

/** The bucket of these tests may be adopted; whether it is, its component says. */
const declared = declaring({ adopt: [{ name: "acme-backups" }] });

const adoptedBy = (adopted: Value) => resource("berth:backups:BackupBucket", { adopted });
const bucket = (inputs: Values = {}, given: Partial<Resource> = {}) =>
  resource(
    "aws:s3/bucket:Bucket",
    { bucket: "acme-backups", region: "us-east-1", ...inputs },
    { protect: true, parent: adoptedBy(false), ...given },
  );
const setting = (type: string, inputs: Values) =>
  resource(`aws:s3/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`, {
    bucket: "acme-backups",
    ...inputs,
  });

const judged = (resources: readonly Resource[]) => backUpProductionProjects(resources, declared);

describe("every production project has a backup", () => {
  const shop = node();
  const writer = credential(shop, document());

  it("passes a project whose node may write to a bucket of the stack", () => {
    expect(told(judged([shop, ...writer, bucket()]))).toEqual([]);
  });

  it("refuses a project without credential, without key, or with another's prefix", () => {
    const message = [expect.stringContaining("production project shop has no backup")];
    expect(told(judged([shop, bucket()]))).toEqual(message);
    expect(told(judged([shop, ...writer.slice(0, 2), bucket()]))).toEqual(message);
    const other = document(undefined, "arn:aws:s3:::acme-backups/backups/club/*");
    expect(told(judged([shop, ...credential(shop, other), bucket()]))).toEqual(message);
  });

  it("refuses a bucket that the stack does not have", () => {
    expect(told(judged([shop, ...writer]))).toEqual([
      expect.stringContaining("writes its archives to acme-backups, which this stack does not"),
    ]);
  });

  it("passes one that is the client's own, as the project declares it (R82)", () => {
    const clients = declaredIn(
      new Map([
        ["berth:agency", "{}"],
        [
          "berth:projects",
          JSON.stringify({ shop: { backup: { bucket: { name: "acme-backups" } } }, club: {} }),
        ],
      ]),
    );
    expect(told(backUpProductionProjects([shop, ...writer], clients))).toEqual([]);
    const state = declaredOf({ clientBuckets: ["acme-backups"] });
    expect(told(backUpProductionProjects([shop, ...writer], state))).toEqual([]);
    const other = declaredOf({ clientBuckets: ["acme-other"] });
    expect(told(backUpProductionProjects([shop, ...writer], other))).toHaveLength(1);
  });

  it("is read by people below their environment's prefix alone, where the bucket is a client's", () => {
    const clients = declaredOf({ clientBuckets: ["acme-clients"] });
    const group = (stack: string) => resource("aws:iam/groupPolicy:GroupPolicy", {}, { stack });
    const production = { prefix: "backups/", whole: false };
    expect(archivePlace("acme-clients", group("prod"), clients)).toEqual(production);
    const stage = { prefix: "stage/backups/", whole: false };
    expect(archivePlace("acme-clients", group("stage"), clients)).toEqual(stage);
    expect(archivePlace("acme-other", group("prod"), clients)).toBeUndefined();
  });

  it("asks a host stack for the credential only, and stage for nothing", () => {
    const host = node({}, { stack: "prod-b" });
    expect(told(judged([host, ...credential(host, document())]))).toEqual([]);
    expect(told(judged([host]))).toHaveLength(1);
    expect(told(judged([node({ environment: "stage" }, { stack: "stage" })]))).toEqual([]);
  });

  it("reports a policy and a bucket name that are not known", () => {
    expect(told(judged([shop, ...credential(shop, unknown), bucket()]))).toEqual([
      "not judged: userpolicy.policy",
    ]);
    expect(told(judged([shop, ...writer, bucket({ bucket: unknown })]))).toEqual([
      "not judged: bucket.bucket",
    ]);
  });
});

describe("archives of Canadian projects stay in Canada", () => {
  const shop = node(canadian);
  const writer = credential(shop, document());

  it("passes a bucket in ca-central-1, and any bucket for other projects", () => {
    expect(
      told(keepBackupsInResidency([shop, ...writer, bucket({ region: "ca-central-1" })])),
    ).toEqual([]);
    const free = node();
    expect(told(keepBackupsInResidency([free, ...credential(free, document()), bucket()]))).toEqual(
      [],
    );
  });

  it("refuses a bucket elsewhere, whatever the credential declares", () => {
    const facts = { project: "shop", bucket: "acme-backups", region: "ca-central-1" };
    const all = [shop, ...credential(shop, document(), facts), bucket()];
    expect(told(keepBackupsInResidency(all))).toEqual([
      expect.stringContaining("its archives go to acme-backups in us-east-1"),
    ]);
  });

  it("goes by the credential's declaration where the bucket is another stack's", () => {
    const declared = (region: Value) =>
      credential(shop, document(), { project: "shop", bucket: "acme-backups", region });
    expect(told(keepBackupsInResidency([shop, ...declared("ca-central-1")]))).toEqual([]);
    expect(told(keepBackupsInResidency([shop, ...declared("us-east-1")]))).toHaveLength(1);
    expect(told(keepBackupsInResidency([shop, ...declared(unknown)]))).toEqual([
      "not judged: userpolicy.region",
    ]);
  });
});

describe("a backup credential can only write its own prefix", () => {
  const judge = (text: unknown) =>
    credential(node(), text).flatMap((part) =>
      told(keepBackupCredentialsWriteOnly(part, declared)),
    );

  it("passes the two actions of an upload", () => {
    expect(judge(document())).toEqual([]);
  });

  it.each([
    ["reading", ["s3:PutObject", "s3:GetObject"], "it allows s3:GetObject"],
    ["listing", ["s3:ListBucket"], "it allows s3:ListBucket"],
    ["deleting", ["s3:DeleteObject"], "it allows s3:DeleteObject"],
    ["everything", ["s3:*"], "it allows s3:*"],
  ])("refuses %s", (_, actions, message) => {
    expect(judge(document(actions)).join("\n")).toContain(message);
  });

  it.each([
    "arn:aws:s3:::acme-backups/*",
    "arn:aws:s3:::acme-backups/backups/*",
    "arn:aws:s3:::*/backups/shop/*",
    "*",
  ])("refuses the wide resource %s", (arn) => {
    expect(judge(document(undefined, arn))).toEqual([expect.stringContaining(`reaches ${arn}`)]);
  });

  it("refuses a grant by exclusion, and text that is no policy", () => {
    const Statement = { Effect: "Allow", NotAction: "s3:GetObject", NotResource: "x" };
    expect(judge({ Statement })).toHaveLength(2);
    expect(judge("not json")).toEqual([expect.stringContaining("no policy document")]);
  });

  it("refuses an attachment that would grant more", () => {
    const component = credential(node(), document())[0]!;
    const attached = resource(
      "aws:iam/userPolicyAttachment:UserPolicyAttachment",
      { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
      { parent: component },
    );
    expect(told(keepBackupCredentialsWriteOnly(attached, declared))).toHaveLength(1);
  });

  it("reports a policy that is not known", () => {
    expect(judge(unknown)).toEqual(["not judged: userpolicy.policy"]);
  });
});

describe("a backup bucket is private, versioned and encrypted", () => {
  const closed = {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  };
  const block = (inputs: Values) => setting("BucketPublicAccessBlock", inputs);
  const versioning = (status: Value) =>
    setting("BucketVersioning", { versioningConfiguration: { status } });
  const encryption = (sseAlgorithm: Value) =>
    setting("BucketServerSideEncryptionConfiguration", {
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }],
    });
  const checks = { blockPublicAccess, versionBuckets, encryptBuckets };

  it("passes a bucket with all its settings", () => {
    const all = [bucket(), block(closed), versioning("Enabled"), encryption("AES256")];
    for (const check of Object.values(checks)) expect(told(check(all, declared))).toEqual([]);
  });

  it.each(Object.entries(checks))("refuses a bucket without settings: %s", (_, check) => {
    expect(told(check([bucket()], declared))).toEqual([
      expect.stringContaining("bucket (aws:s3/bucket"),
    ]);
  });

  it.each(Object.entries(checks))("leaves an adopted bucket as it is: %s", (_, check) => {
    expect(told(check([bucket({}, { parent: adoptedBy(true) })], declared))).toEqual([]);
  });

  it("refuses settings that are not enough, and reports those not known", () => {
    expect(
      told(blockPublicAccess([bucket(), block({ ...closed, ignorePublicAcls: false })], declared)),
    ).toEqual([expect.stringContaining("set ignorePublicAcls to true")]);
    expect(
      told(blockPublicAccess([bucket(), block({ ...closed, blockPublicAcls: unknown })], declared)),
    ).toEqual(["not judged: bucketpublicaccessblock.blockPublicAcls"]);
    expect(told(versionBuckets([bucket(), versioning("Suspended")], declared))).toHaveLength(1);
    expect(told(versionBuckets([bucket(), versioning(unknown)], declared))).toEqual([
      "not judged: bucketversioning.versioningConfiguration.status",
    ]);
    expect(told(encryptBuckets([bucket(), encryption("none")], declared))).toHaveLength(1);
    expect(told(encryptBuckets([bucket(), encryption(unknown)], declared))[0]).toContain(
      "not judged",
    );
  });

  it("finds a setting by what it is computed from when names are not known", () => {
    const unnamed = bucket({ bucket: unknown });
    const found: Resource = {
      ...versioning("Enabled"),
      inputs: { bucket: unknown, versioningConfiguration: { status: "Enabled" } },
      dependencies: { bucket: [unnamed.urn] },
    };
    expect(told(versionBuckets([unnamed, found], declared))).toEqual([]);
  });

  it("refuses an ACL or a policy that lets everybody in", () => {
    expect(told(admitNobody(bucket({ acl: "public-read" }), declared))).toHaveLength(1);
    const open = { Statement: { Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:*" } };
    const policy = (text: Value) => setting("BucketPolicy", { policy: text });
    expect(told(admitNobody(policy(JSON.stringify(open)), declared))).toHaveLength(1);
    const closing = { Statement: { Effect: "Deny", Principal: "*", Action: "s3:*" } };
    expect(told(admitNobody(policy(JSON.stringify(closing)), declared))).toEqual([]);
    expect(told(admitNobody(policy(unknown), declared))).toEqual([
      "not judged: bucketpolicy.policy",
    ]);
  });
});

describe("a backup bucket is protected", () => {
  it("passes a protected one, and an unprotected one of stage", () => {
    expect(told(protectBackupBuckets(bucket(), declared))).toEqual([]);
    const stage = bucket({}, { protect: false, urn: "urn:pulumi:stage::berth::b::b" });
    expect(told(protectBackupBuckets(stage, declared))).toEqual([]);
  });

  it("refuses an unprotected one of production, and an adopted one anywhere", () => {
    expect(told(protectBackupBuckets(bucket({}, { protect: false }), declared))).toHaveLength(1);
    const urn = "urn:pulumi:stage::berth::b::b";
    const adopted = bucket({}, { protect: false, urn, parent: adoptedBy(true) });
    expect(told(protectBackupBuckets(adopted, declared))).toEqual([
      expect.stringContaining("adopted"),
    ]);
  });

  it("refuses forceDestroy even on a protected one", () => {
    expect(told(protectBackupBuckets(bucket({ forceDestroy: true }), declared))).toHaveLength(1);
  });
});

describe("AWS is used with the declared account only", () => {
  const provider = (inputs: Values) => resource("pulumi:providers:aws", inputs);

  it("passes a provider bound to an account, as JSON text or as a list", () => {
    expect(
      told(pinAwsAccount(provider({ allowedAccountIds: '["413528927365"]' }), declared)),
    ).toEqual([]);
    expect(
      told(pinAwsAccount(provider({ allowedAccountIds: ["413528927365"] }), declared)),
    ).toEqual([]);
  });

  it("refuses a provider that takes any account", () => {
    expect(told(pinAwsAccount(provider({ region: "us-east-1" }), declared))).toHaveLength(1);
    expect(told(pinAwsAccount(provider({ allowedAccountIds: "[]" }), declared))).toHaveLength(1);
  });
});
