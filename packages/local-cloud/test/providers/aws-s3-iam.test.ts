import { beforeEach, describe, expect, it } from "vitest";

import { aws } from "../../providers/aws";
import { seedAccount, seedForeignBucket, seedObject } from "../../providers/aws/seed";
import { AwsBench, types } from "./aws-bench";

let bench: AwsBench;
beforeEach(() => {
  bench = new AwsBench();
});

describe("a bucket", () => {
  it("shows what S3 shows of a new one", async () => {
    const { id, outputs } = await bench.make(types.bucket, { bucket: "agency-backups" });
    expect(id).toBe("agency-backups");
    expect(outputs).toMatchObject({
      arn: "arn:aws:s3:::agency-backups",
      bucketRegion: "us-east-1",
      bucketRegionalDomainName: "agency-backups.s3.us-east-1.amazonaws.com",
      forceDestroy: false,
      requestPayer: "BucketOwner",
      tagsAll: {},
    });
  });

  it.each([
    ["Agency", "only lowercase alphanumeric characters"],
    ["ab", "must contain from 3 to 63 characters"],
    ["a..b", "must not contain two adjacent periods"],
    ["192.0.2.1", "must not be formatted as an IP address"],
    ["-abc", "must not begin with"],
  ])("cannot be called %s", (bucket, text) => {
    expect(bench.failures(types.bucket, { bucket })[0]).toContain(text);
  });

  it("cannot take a name that somebody else has, or that is ours already", async () => {
    seedForeignBucket(bench.world, "backups");
    await expect(bench.make(types.bucket, { bucket: "backups" })).rejects.toThrow(
      "BucketAlreadyExists: The requested bucket name is not available.",
    );
    await bench.make(types.bucket, { bucket: "ours-1" });
    await expect(
      bench.make(types.bucket, { bucket: "ours-1", region: "ca-central-1" }),
    ).rejects.toThrow("BucketAlreadyOwnedByYou");
    await expect(bench.make(types.bucket, { bucket: "ours-1" })).rejects.toThrow(
      "creating S3 Bucket (ours-1): BucketAlreadyExists",
    );
  });

  it("is replaced for another name or region, and first deleted when the name is fixed", async () => {
    const made = await bench.make(types.bucket, { bucket: "ours-1" });
    expect(bench.diff(made, { bucket: "ours-2" })).toMatchObject({
      replaces: ["bucket"],
      deleteBeforeReplace: true,
    });
    expect(bench.diff(made, { bucket: "ours-1", region: "eu-west-3" }).replaces).toEqual([
      "region",
    ]);
  });

  it("keeps its objects: it goes only when empty, or when told to take them along", async () => {
    const made = await bench.make(types.bucket, { bucket: "ours-1" });
    seedObject(bench.world, "ours-1", "backups/kmc/a.tar.lrz");
    await expect(bench.delete(made)).rejects.toThrow(
      "BucketNotEmpty: The bucket you tried to delete is not empty",
    );
    const forced = await bench.update(made, { bucket: "ours-1", forceDestroy: true });
    await bench.delete(forced);
    expect(bench.world.list("aws/object")).toEqual([]);
  });

  it("must exist for its settings", async () => {
    const versioningConfiguration = { status: "Enabled" };
    await expect(
      bench.make(types.versioning, { bucket: "nowhere", versioningConfiguration }),
    ).rejects.toThrow(/creating S3 Bucket \(nowhere\) Versioning: .*NoSuchBucket/);
  });

  it("is locked only when versioned", async () => {
    await bench.make(types.bucket, { bucket: "ours-1" });
    const lock = { bucket: "ours-1", rule: { defaultRetention: { mode: "COMPLIANCE", days: 30 } } };
    await expect(bench.make(types.lock, lock)).rejects.toThrow("InvalidBucketState");
    const versioningConfiguration = { status: "Enabled" };
    await bench.make(types.versioning, { bucket: "ours-1", versioningConfiguration });
    expect((await bench.make(types.lock, lock)).id).toBe("ours-1");
  });

  it("takes a policy written in another order for the same", async () => {
    await bench.make(types.bucket, { bucket: "ours-1" });
    const written = (statement: object) =>
      JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const a = written({
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:Get*", "s3:Put*"],
      Resource: "r",
    });
    const b = written({
      Resource: ["r"],
      Action: ["s3:Put*", "s3:Get*"],
      Principal: "*",
      Effect: "Deny",
    });
    const c = written({ Resource: ["r"], Action: ["s3:Put*"], Principal: "*", Effect: "Deny" });
    const made = await bench.make(types.policy, { bucket: "ours-1", policy: a });
    expect(bench.diff(made, { bucket: "ours-1", policy: b }).changes).toBe(false);
    expect(bench.diff(made, { bucket: "ours-1", policy: c }).diffs).toEqual(["policy"]);
    expect(bench.failures(types.policy, { bucket: "ours-1", policy: "nonsense" })).toHaveLength(1);
  });

  it("refuses a lifecycle that S3 would refuse", async () => {
    await bench.make(types.bucket, { bucket: "ours-1" });
    const rules = [
      { id: "a", status: "Enabled", transitions: [{ days: 10, storageClass: "STANDARD_IA" }] },
    ];
    await expect(bench.make(types.lifecycle, { bucket: "ours-1", rules })).rejects.toThrow(
      "greater than or equal to 30 for storageClass 'STANDARD_IA'",
    );
  });
});

describe("an IAM user", () => {
  it("exists once, and has an id and an ARN without a region", async () => {
    const made = await bench.make(types.user, { name: "kmc-backup" });
    expect(made.outputs["arn"]).toBe("arn:aws:iam::413528927365:user/kmc-backup");
    expect(made.outputs["uniqueId"]).toMatch(/^AIDA[A-Z2-7]{17}$/);
    expect("region" in made.outputs).toBe(false);
    await expect(bench.make(types.user, { name: "kmc-backup" })).rejects.toThrow(
      "EntityAlreadyExists: User with name kmc-backup already exists.",
    );
  });

  it("has two access keys at most, and their secret is one", async () => {
    await bench.make(types.user, { name: "u" });
    const key = await bench.make(types.accessKey, { user: "u" });
    expect(key.id).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(String(key.outputs["secret"])).toHaveLength(40);
    const handler = aws.resources.find(({ type }) => type === types.accessKey);
    expect(handler?.secretOutputs).toContain("secret");
    await bench.make(types.accessKey, { user: "u" });
    await expect(bench.make(types.accessKey, { user: "u" })).rejects.toThrow(
      "LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2",
    );
  });

  it("cannot go before its keys and policies", async () => {
    const made = await bench.make(types.user, { name: "u" });
    const key = await bench.make(types.accessKey, { user: "u" });
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    const written = await bench.make(types.userPolicy, { user: "u", name: "p", policy });
    expect(written.id).toBe("u:p");
    await expect(bench.delete(made)).rejects.toThrow("must delete access keys first");
    await bench.delete(key);
    await expect(bench.delete(made)).rejects.toThrow("must delete policies first");
    await bench.delete(written);
    await bench.delete(made);
    expect(bench.world.list("aws/user")).toEqual([]);
  });
});

describe("an IAM group", () => {
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });

  it("exists once, in whatever case, and has an id and an ARN with its path", async () => {
    const made = await bench.make(types.people, { name: "readers", path: "/berth/" });
    expect(made.outputs["arn"]).toBe("arn:aws:iam::413528927365:group/berth/readers");
    expect(made.outputs["uniqueId"]).toMatch(/^AGPA[A-Z2-7]{17}$/);
    await expect(bench.make(types.people, { name: "Readers" })).rejects.toThrow(
      "creating IAM Group (Readers): operation error IAM: CreateGroup",
    );
    expect(bench.failures(types.people, { name: "all readers" })[0]).toContain(
      "must only contain alphanumeric characters",
    );
  });

  it("takes another name and path in place", async () => {
    const made = await bench.make(types.people, { name: "readers" });
    const diff = bench.diff(made, { name: "reading", path: "/berth/" });
    expect(diff).toMatchObject({ changes: true, replaces: [] });
    const moved = await bench.update(made, { name: "reading", path: "/berth/" });
    expect(moved.outputs["arn"]).toBe("arn:aws:iam::413528927365:group/berth/reading");
  });

  it("has policies, which are for a group that is there, and go before it", async () => {
    const written = { group: "readers", name: "read", policy };
    await expect(bench.make(types.groupPolicy, written)).rejects.toThrow(
      /putting IAM Group \(readers\) Policy \(read\): .*NoSuchEntity: The group with name readers cannot be found/,
    );
    const made = await bench.make(types.people, { name: "readers" });
    const held = await bench.make(types.groupPolicy, written);
    expect(held.id).toBe("readers:read");
    expect(bench.diff(held, { ...written, group: "others" }).replaces).toEqual(["group"]);
    await expect(bench.delete(made)).rejects.toThrow("must delete policies first");
    await bench.delete(held);
    await bench.delete(made);
    expect(bench.world.list("aws/group")).toEqual([]);
  });
});

describe("the provider", () => {
  const keys = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "x" };

  it("refuses to start without a region, or without credentials", () => {
    const reasons = (env: NodeJS.ProcessEnv) =>
      (aws.checkConfig!({}, env, "").failures ?? []).map(({ reason }) => reason.split("\n")[0]);
    expect(reasons(keys)).toEqual(["Missing region information"]);
    expect(reasons({ AWS_REGION: "us-east-1" })).toEqual(["No valid credential sources found."]);
  });

  it("takes region and credentials from the environment", () => {
    expect(aws.checkConfig!({}, { ...keys, AWS_REGION: "us-east-1" }, "")).toMatchObject({
      inputs: { region: "us-east-1", skipCredentialsValidation: "false" },
      failures: [],
    });
  });

  it("refuses credentials of another account than the declared one (R33)", () => {
    const configure = (account: string) => () =>
      aws.configure!(
        { region: "us-east-1", allowedAccountIds: JSON.stringify([account]) },
        bench.context,
      );
    expect(configure("413528927365")).not.toThrow();
    seedAccount(bench.world, "111122223333");
    expect(configure("413528927365")).toThrow("AWS account ID not allowed: 111122223333");
  });

  it("says when there are no credentials, or when AWS does not know them", () => {
    const configure = () => aws.configure!({ region: "us-east-1" }, bench.context);
    seedAccount(bench.world, "413528927365", "missing");
    expect(configure).toThrow("No valid credential sources found.");
    seedAccount(bench.world, "413528927365", "invalid");
    expect(configure).toThrow("Invalid credentials configured.");
  });

  it("merges its default tags before Check, so that a preview knows them", () => {
    const tagged = new AwsBench({
      region: "us-east-1",
      defaultTags: JSON.stringify({ tags: { project: "kmc" } }),
    });
    const { inputs } = tagged.check(types.bucket, { bucket: "abc", tags: { Name: "b" } });
    expect(inputs["tagsAll"]).toMatchObject({ project: "kmc", Name: "b" });
  });
});

describe("lookups", () => {
  const getParameter = "aws:ssm/getParameter:getParameter";

  it("know Canonical's parameter for the newest LTS, and refuse a name that is not there", async () => {
    const name =
      "/aws/service/canonical/ubuntu/server/26.04/stable/current/amd64/hvm/ebs-gp3/ami-id";
    const found = await bench.invoke(getParameter, { name });
    expect(found).toMatchObject({ insecureValue: found["value"], type: "String", version: 1 });
    expect(found["value"]).toMatch(/^ami-[0-9a-f]{17}$/);
    await expect(bench.invoke(getParameter, { name: "/nothing" })).rejects.toThrow(
      /reading SSM Parameter \(\/nothing\): .*ParameterNotFound/,
    );
  });

  it("find one image, and refuse an ambiguous search", async () => {
    const search = {
      owners: ["099720109477"],
      filters: [{ name: "name", values: ["ubuntu/images/hvm-ssd-gp3/ubuntu-*-amd64-server-*"] }],
    };
    await expect(bench.invoke("aws:ec2/getAmi:getAmi", search)).rejects.toThrow(
      "more than one result",
    );
    const newest = await bench.invoke("aws:ec2/getAmi:getAmi", { ...search, mostRecent: true });
    expect(newest["name"]).toContain("resolute-26.04");
  });

  it("tell whose credentials these are", async () => {
    seedAccount(bench.world, "111122223333");
    const token = "aws:index/getCallerIdentity:getCallerIdentity";
    expect(await bench.invoke(token, {})).toMatchObject({ accountId: "111122223333" });
  });
});
