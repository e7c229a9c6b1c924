import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, project } from "./agency";
import { PeopleAtAws, type Person } from "../backups/people-at-aws";
import type { PlannedStep } from "../../engine/formats";
import { ScratchCloud } from "../../rehearsal/scratch";
import { allows } from "../iam";

const nameOf = (step: PlannedStep) => step.urn.split("::")[3]!;
const archives = "acme-old-archives";
const adopt = [{ name: archives, region: "us-east-1" }];
const client = { name: "bank-archives", region: "eu-central-1", account: "222233334444" };
/** One in the adopted bucket's region, one in a region where Berth makes the bucket, one in the client's own bucket. */
const projects = {
  shop: project("shop.example"),
  club: project("club.example", { residency: "canada" }),
  bank: project("bank.acme.dev", {
    node: "shop",
    backup: { database: "postgres", bucket: client },
  }),
};

/** Production and stage in one account; a bucket of before, which both adopt. */
describe("backups of both environments", () => {
  let cloud: ScratchCloud;
  const declare = (stack: string, backups: Record<string, unknown>) =>
    cloud.stack(stack, { projects, backups });
  const policyOf = async (user: string) => {
    const policies = await cloud.objects("aws/user-policy");
    const found = policies.find(({ data }) => String(data["user"]).startsWith(`${user}-writer`));
    return String(found?.data["policy"]);
  };

  beforeAll(async () => {
    cloud = await ScratchCloud.start(
      {
        shared: agency,
        stacks: {
          prod: { projects, backups: { adopt, lockDays: 0 } },
          stage: { projects: { shop: project("shop.acme.dev") }, backups: { adopt } },
          "stage-b": { environment: "stage", projects: { shop: {} } },
        },
      },
      {},
    );
    await cloud.tamper("aws/bucket-versioning", archives, {
      versioningConfiguration: { status: "Suspended" },
    });
  });
  afterAll(() => cloud.stop());

  it("are refused in a bucket that is not versioned or not there, before anything is declared", async () => {
    const missing = { name: "acme-no-archives", region: "ca-central-1" };
    declare("prod", { adopt: [...adopt, missing], lockDays: 0 });
    const before = await cloud.inventory();
    const preview = await cloud.pulumi("preview", "--stack", "prod");
    const update = await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "stage-b");
    declare("prod", { adopt, lockDays: 0 });
    for (const outcome of [preview, update]) {
      expect(outcome.code).not.toBe(0);
      const said = outcome.stdout + outcome.stderr;
      expect(said).toContain("is a bucket that is not versioned (Suspended)");
      expect(said).toContain(
        `Fix: switch it on: aws s3api put-bucket-versioning --bucket ${archives} --region us-east-1`,
      );
    }
    expect(preview.stdout + preview.stderr).toContain(
      "is a bucket that could not be looked at in ca-central-1",
    );
    expect(await cloud.inventory()).toEqual(before);
  });

  it("go to an adopted bucket that is left as it is, each environment below its own prefix", async () => {
    await cloud.tamper("aws/bucket-versioning", archives, {
      versioningConfiguration: { status: "Enabled" },
    });
    const settings = async () =>
      (await cloud.inventory()).filter((entry) => entry.endsWith(` ${archives}`));
    const [before, bucket] = [await settings(), await cloud.objects("aws/bucket")];
    for (const stack of ["prod", "stage", "stage-b"]) await cloud.up(stack);
    expect(await settings()).toEqual(before);
    expect(await cloud.objects("aws/bucket")).toEqual(expect.arrayContaining(bucket));

    const prefix = async (stack: string) =>
      (await cloud.outputs(stack))["backups"]!["shop"]!["prefix"];
    expect(await prefix("prod")).toBe("backups/shop/");
    expect(await prefix("stage")).toBe("stage/backups/shop/");
    expect(await prefix("stage-b")).toBe("stage/backups/shop/");
    const users = await cloud.objects("aws/user");
    const writers = users.filter(({ data }) => String(data["name"]).startsWith("shop-shop-backup"));
    expect(writers).toHaveLength(3);
  });

  it("are written with credentials that can neither replace an archive nor reach the other's", async () => {
    const policies = (await cloud.objects("aws/user-policy"))
      .filter(({ data }) => String(data["user"]).startsWith("shop-shop-backup-writer"))
      .map(({ data }) => String(data["policy"]));
    const written = (prefix: string, context: Record<string, string>) =>
      policies.filter((policy) =>
        allows([policy], {
          action: "s3:PutObject",
          resource: `arn:aws:s3:::${archives}/${prefix}a.tar.lrz`,
          context,
        }),
      ).length;
    const creates = { "s3:ObjectCreationOperation": "true" };
    const anew = { ...creates, "s3:if-none-match": "*" };
    expect(written("backups/shop/", anew)).toBe(1);
    expect(written("stage/backups/shop/", anew)).toBe(2);
    expect(written("backups/shop/", creates)).toBe(0);
    expect(written("stage/backups/shop/", creates)).toBe(0);
    expect(await policyOf("club-club-backup")).toContain("acme-prod-backups-ca-central-1");
  });

  it("go to a client's own bucket, of which the stack makes and changes nothing (R82)", async () => {
    expect((await cloud.outputs("prod"))["backups"]!["bank"]).toEqual({
      ...{ bucket: client.name, prefix: "backups/bank/", region: client.region },
      ...{ adopted: true, owner: client.account },
    });
    expect(await policyOf("shop-bank-backup")).toContain(`${client.name}/backups/bank/*`);
    const made = (await cloud.inventory()).filter((entry) => entry.includes(client.name));
    expect(made).toEqual([`aws/foreign-bucket ${client.name}`]);
  });

  describe("are got at by people", () => {
    const own = "acme-prod-backups-ca-central-1";
    const canada = "--region ca-central-1";
    const once = "--if-none-match '*' --body package.json";
    const put = (bucket: string, key: string, more = once) =>
      `s3api put-object --bucket ${bucket} --key ${key} ${more}`;
    const get = (bucket: string, key: string) =>
      `s3api get-object --bucket ${bucket} --key ${key} /dev/null`;
    const remove = (bucket: string, key: string) =>
      `s3api delete-object --bucket ${bucket} --key ${key}`;
    const groupsOf = async (stack: string) => (await cloud.outputs(stack))["archiveGroups"]!;
    let people: PeopleAtAws;
    let sam: Person;

    beforeAll(async () => {
      people = await PeopleAtAws.of(cloud.env);
      // A client that lost an answer asks again, and is refused what it has laid there itself.
      const laid = (bucket: string, key: string, region = "") =>
        `aws ${put(bucket, key)} ${region} || aws s3api head-object --bucket ${bucket} --key ${key} ${region}`;
      const keys = ["shop/202601/a.zst", "backups/shop/a.tar.lrz", "stage/backups/shop/a.tar.lrz"];
      await people.manage(
        [
          ...keys.map((key) => laid(archives, key)),
          laid(own, "backups/club/a.tar.lrz", canada),
        ].join("\n"),
      );
    });

    it("whom a manager puts into the group of readers, who read and do nothing else", async () => {
      const ana = await people.join("ana", String((await groupsOf("prod"))["readers"]));
      const there = "--region eu-central-1";
      const reading = [
        `s3api list-objects-v2 --bucket ${client.name} --prefix backups/bank/ ${there}`,
        `s3 ls ${archives}/backups/shop/`,
        `s3 cp s3://${archives}/backups/shop/a.tar.lrz /dev/null`,
        `s3 ls ${own}/backups/club/ ${canada}`,
        `s3 cp s3://${own}/backups/club/a.tar.lrz /dev/null ${canada}`,
        // What was there before Berth.
        `s3 ls ${archives}/shop/202601/`,
        get(archives, "shop/202601/a.zst"),
      ];
      expect(await ana.tries(...reading)).toEqual(reading.map(() => "done"));
      const other = [
        `s3 ls ${client.name} ${there}`,
        `s3 ls ${own} ${canada}`,
        put(archives, "backups/shop/b.tar.lrz"),
        put(archives, "backups/shop/evidence/b.json"),
        remove(archives, "backups/shop/a.tar.lrz"),
        `${remove(own, "backups/club/a.tar.lrz")} ${canada}`,
        "iam create-access-key --user-name ana",
      ];
      expect(await ana.tries(...other)).toEqual(other.map(() => "denied"));
    });

    it("of stage, who see nothing of production's in a bucket that both adopt", async () => {
      sam = await people.join("sam", String((await groupsOf("stage"))["readers"]));
      const tries = await sam.tries(
        get(archives, "stage/backups/shop/a.tar.lrz"),
        `s3 ls ${archives}/stage/backups/shop/`,
        get(archives, "backups/shop/a.tar.lrz"),
        get(archives, "shop/202601/a.zst"),
        `s3 ls ${archives}/backups/shop/`,
      );
      expect(tries).toEqual(["done", "done", "denied", "denied", "denied"]);
    });

    it("who drill, and write evidence and prune archives, nothing else and no version", async () => {
      const dee = await people.join("dee", String((await groupsOf("prod"))["drills"]));
      const version = await people.manage(
        `aws s3api list-object-versions --bucket ${archives} --prefix backups/shop/a --query Versions[0].VersionId --output text`,
      );
      const evidence = "backups/shop/evidence/2026-11-29T050000Z.json";
      const archive = "backups/shop/a.tar.lrz";
      const refused = [
        put(archives, evidence, "--body package.json"),
        put(archives, "backups/shop/b.tar.lrz"),
        remove(archives, evidence),
        remove(archives, "shop/202601/a.zst"),
        remove(archives, "stage/backups/shop/a.tar.lrz"),
        remove(archives, "backups/shop/begun"),
        `${remove(archives, archive)} --version-id ${version.trim()}`,
      ];
      const tries = await dee.tries(
        get(archives, archive),
        put(archives, evidence),
        ...refused,
        remove(archives, archive),
        `${remove(own, "backups/club/a.tar.lrz")} ${canada}`,
      );
      expect(tries).toEqual(["done", "done", ...refused.map(() => "denied"), "done", "done"]);
    });

    it("who stay in it through an update, until a manager takes them out", async () => {
      const groups = [await groupsOf("prod"), await groupsOf("stage")];
      expect(new Set(groups.flatMap((each) => Object.values(each))).size).toBe(4);
      const reads = get(archives, "stage/backups/shop/a.tar.lrz");
      await cloud.up("stage");
      expect(await sam.tries(reads)).toEqual(["done"]);
      const group = String(groups[1]!["readers"]);
      await people.manage(`aws iam remove-user-from-group --group-name ${group} --user-name sam`);
      expect(await sam.tries(reads)).toEqual(["denied"]);
    });
  });

  it("are locked in production, also in a bucket of before: nothing is replaced or updated", async () => {
    declare("prod", { adopt });
    const steps = await cloud.plan("prod");
    expect(steps.map((step) => `${step.op} ${nameOf(step)}`)).toEqual([
      "create backups-ca-central-1-lock",
    ]);
    const made = await cloud.objects("aws/bucket");
    await cloud.up("prod");
    const [lock, ...more] = await cloud.objects("aws/bucket-object-lock-configuration");
    expect(more).toEqual([]);
    expect(lock).toMatchObject({
      id: "acme-prod-backups-ca-central-1",
      data: { rule: { defaultRetention: { mode: "COMPLIANCE", days: 30 } } },
    });
    expect((await cloud.objects("aws/bucket")).map(({ id }) => id)).toEqual(
      made.map(({ id }) => id),
    );
    // The bucket itself says now that it is locked, which the program never asked for.
    await cloud.succeed("refresh", "--yes", "--stack", "prod");
    expect(await cloud.plan("prod")).toEqual([]);
  });
});
