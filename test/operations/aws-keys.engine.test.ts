import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { readPolicy } from "../../components/backups/read-policy";
import { closeAwsKeys } from "../../operations/people/offboarding/aws-keys";
import type { AccessKey } from "../../packages/local-cloud/s3/sign";
import { Archives } from "../machine/archives";

const account = "413528927365";
const archives = new Archives();
let keys: AccessKey[];

const reads = (key: AccessKey) => archives.as(key).s3("GET", "archives/backups/kmc/a");

beforeAll(async () => {
  await archives.open();
  await archives.bucket("archives");
  await archives.as().must("PUT", "archives/backups/kmc/a", "", "archive");
  const { people } = archives.store.account;
  const place = { bucket: "archives", prefix: "backups/", whole: false };
  await people.createGroup("readers");
  await people.putPolicy("group", "readers", "read", readPolicy([place]));
  await people.createUser("sam");
  await people.setMember("readers", "sam", true);
  keys = [await people.createKey("sam"), await people.createKey("sam")];
});
afterAll(() => archives.close());

describe("the AWS keys of a person who leaves", () => {
  it("are open where nobody may look, or where the credentials are another account's", async () => {
    expect((await reads(keys[0]!)).status).toBe(200);
    const none = { ...archives.env(), AWS_ACCESS_KEY_ID: "AKIANOBODY0000000000" };
    const unseen = await closeAwsKeys("sam", account, none);
    expect(unseen).toMatchObject({
      verdict: "open",
      seen: [expect.stringContaining("AccessDenied")],
    });
    expect(unseen.seen.join()).not.toContain(archives.administrator.secretAccessKey);
    expect(await closeAwsKeys("sam", "111111111111", archives.env())).toEqual({
      account: "111111111111",
      verdict: "open",
      seen: [`the credentials at hand are of account ${account}`],
    });
    expect((await reads(keys[0]!)).status).toBe(200);
  });

  it("are made inactive, all of them, and the person is in no group", async () => {
    const [first, second] = keys.map(({ accessKeyId }) => accessKeyId);
    const { seen, ...closed } = await closeAwsKeys("sam", account, archives.env());
    expect(closed).toEqual({ account, verdict: "closed" });
    // Which key the server names first is its own affair.
    expect([...seen].sort()).toEqual(
      [
        `key ${first} is inactive`,
        `key ${second} is inactive`,
        `made ${first} inactive`,
        `made ${second} inactive`,
        "taken out of group readers",
      ].sort(),
    );
    for (const key of keys) expect((await reads(key)).status).toBe(403);
    expect(archives.store.account.people.groupsOf("sam")).toEqual([]);
    expect(await closeAwsKeys("sam", account, archives.env())).toMatchObject({ verdict: "closed" });
  });

  it("are absent where there is no user of that name", async () => {
    expect(await closeAwsKeys("samm", account, archives.env())).toMatchObject({
      verdict: "absent",
    });
  });
});
