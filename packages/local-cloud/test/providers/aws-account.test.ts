import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { thisComputer } from "../../ground/computer";
import type { AccessKey } from "../../s3/sign";
import { root, StoreGround } from "../s3/store-ground";
import { AwsBench, types } from "./aws-bench";

const ground = new StoreGround();
let aws: AwsBench;

const allowing = (Action: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action, Resource: "arn:aws:s3:::archives/backups/*" }],
  });

beforeAll(async () => {
  await ground.open(thisComputer());
  aws = new AwsBench({ region: "us-east-1" }, ground.store.account);
});
afterAll(() => ground.close());

describe("what a program declares at the emulated AWS", () => {
  it("is there for real, changes, and goes", async () => {
    const bucket = await aws.make(types.bucket, { bucket: "archives" });
    const versioning = await aws.make(types.versioning, {
      bucket: "archives",
      versioningConfiguration: { status: "Enabled" },
    });
    const user = await aws.make(types.user, { name: "writer", path: "/berth/" });
    const policy = await aws.make(types.userPolicy, {
      name: "write",
      user: "writer",
      policy: allowing("s3:PutObject"),
    });
    const key = await aws.make(types.accessKey, { user: "writer" });
    const held: AccessKey = {
      accessKeyId: key.id,
      secretAccessKey: String(key.outputs["secret"]),
    };
    const writer = ground.as(held);
    const admin = ground.as(root);
    const at = "archives/backups/a";
    expect((await writer.s3("PUT", at, "", "one")).status).toBe(200);
    expect((await writer.s3("PUT", at, "", "two")).status).toBe(200);
    expect((await writer.s3("GET", at)).status).toBe(403);
    expect((await admin.must("GET", "archives", "versions=")).body.match(/<Key>/g)).toHaveLength(2);

    await aws.update(policy, { name: "write", user: "writer", policy: allowing("s3:GetObject") });
    expect((await writer.s3("PUT", at, "", "three")).status).toBe(403);
    expect((await writer.must("GET", at)).body).toBe("two");

    await aws.update(key, { user: "writer", status: "Inactive" });
    expect((await writer.s3("GET", at)).status).toBe(403);
    await aws.update(key, { user: "writer", status: "Active" });
    expect((await writer.s3("GET", at)).status).toBe(200);

    await expect(aws.delete(bucket)).rejects.toThrow("BucketNotEmpty");
    await aws.delete(key);
    expect((await writer.s3("GET", at)).status).toBe(403);
    await aws.delete(policy);
    await aws.delete(user);
    for (const [, id] of (await admin.must("GET", "archives", "versions=")).body.matchAll(
      /<VersionId>([^<]*)</g,
    )) {
      await admin.must("DELETE", at, `versionId=${id}`);
    }
    await aws.delete(versioning);
    await aws.delete(bucket);
    expect((await admin.s3("GET", "archives", "list-type=2")).status).toBe(404);
    expect(ground.store.account.people.users()).toEqual([]);
  });

  it("lets the members of a group do what its policies say, and keeps a group with members", async () => {
    await aws.make(types.bucket, { bucket: "shared" });
    await ground.as(root).must("PUT", "shared/a", "", "one");
    const group = await aws.make(types.people, { name: "readers", path: "/berth/" });
    const reading = { Action: "s3:GetObject", Resource: "arn:aws:s3:::shared/*" };
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", ...reading }],
    });
    const inline = { name: "read", group: "readers", policy };
    const held = await aws.make(types.groupPolicy, inline);
    const { people } = ground.store.account;
    await people.createUser("ana");
    const ana = ground.as(await people.createKey("ana"));
    expect((await ana.s3("GET", "shared/a")).status).toBe(403);
    await people.setMember("readers", "ana", true);
    expect((await ana.must("GET", "shared/a")).body).toBe("one");
    expect((await ana.s3("PUT", "shared/a", "", "two")).status).toBe(403);
    const renamed = await aws.update(group, { name: "reading", path: "/berth/" });
    expect((await ana.s3("GET", "shared/a")).status).toBe(200);
    await aws.update(renamed, { name: "readers", path: "/berth/" });
    await aws.delete(held);
    expect((await ana.s3("GET", "shared/a")).status).toBe(403);
    await expect(aws.delete(group)).rejects.toThrow(
      /deleting IAM Group \(readers\): .*DeleteConflict: Cannot delete entity, must remove users from group first/,
    );
    await people.setMember("readers", "ana", false);
    await aws.delete(group);
    await people.removeUser("ana");
  });

  it("locks what is written", async () => {
    await aws.make(types.bucket, { bucket: "locked" });
    const versioning = await aws.make(types.versioning, {
      bucket: "locked",
      versioningConfiguration: { status: "Enabled" },
    });
    await aws.make(types.lock, {
      bucket: "locked",
      rule: { defaultRetention: { mode: "COMPLIANCE", days: 30 } },
    });
    const admin = ground.as(root);
    const { headers } = await admin.must("PUT", "locked/a", "", "kept");
    const version = `versionId=${String(headers["x-amz-version-id"])}`;
    expect((await admin.s3("DELETE", "locked/a", version)).status).toBe(403);
    await aws.delete(versioning);
    expect((await admin.must("GET", "locked", "versioning=")).body).toContain("Enabled");
  });

  it("is refused by what the servers refuse, in the provider's words", async () => {
    await aws.make(types.user, { name: "odd" });
    const wrong = {
      name: "wrong",
      user: "odd",
      policy: `{"Version":"2012-10-17","Statement":[{}]}`,
    };
    await expect(aws.make(types.userPolicy, wrong)).rejects.toThrow(
      /putting IAM User \(odd\) Policy \(wrong\): operation error IAM: PutUserPolicy.*MalformedPolicyDocument/,
    );
  });
});
