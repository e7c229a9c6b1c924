import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, project } from "./agency";
import type { PlannedStep } from "../../engine/formats";
import { ScratchCloud } from "../../rehearsal/scratch";
import { allows } from "../iam";

const nameOf = (step: PlannedStep) => step.urn.split("::")[3]!;
const archives = "acme-old-archives";
const adopt = [{ name: archives, region: "us-east-1" }];
/** One in the adopted bucket's region, one in a region where Berth makes the bucket. */
const projects = {
  shop: project("shop.example"),
  club: project("club.example", { residency: "canada" }),
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
