import { describe, expect, it } from "vitest";

import { changed, expectProblem, parse, prod, type BadInput } from "./fixture";

const client = { name: "client-archives", region: "eu-central-1", account: "222233334444" };
const at = ["projects", "cryptsend", "backup"];
const path = "berth:projects.cryptsend.backup.bucket";
const table: readonly BadInput[] = [
  [
    "a region beside the client's bucket",
    [
      [[...at, "bucket"], client],
      [[...at, "region"], "us-east-1"],
    ],
    {
      path: "berth:projects.cryptsend.backup.region",
      message: "is of the agency's bucket",
      received: '"us-east-1"',
      fix: "remove the line",
    },
  ],
  [
    "a client's bucket outside Canada of data that must stay",
    [[["projects", "kmc", "backup"], { database: "postgres", bucket: client }]],
    {
      path: "berth:projects.kmc.backup.bucket.region",
      message: "would take data out of Canada, where it must stay (R3)",
      received: '"eu-central-1"',
      allowed: "ca-central-1",
      fix: "have the client make a bucket there",
    },
  ],
  [
    "a bucket of the agency's as the client's",
    [[[...at, "bucket"], { ...client, name: "countable-prod-backups-us-east-1" }]],
    {
      path: `${path}.name`,
      message: "is a bucket of the agency's own",
      received: '"countable-prod-backups-us-east-1"',
      fix: "remove backup.bucket",
    },
  ],
  [
    "a bucket that the agency has adopted as the client's",
    [
      [[...at, "bucket"], client],
      [["backups"], { adopt: [{ name: client.name, region: "us-east-1" }] }],
    ],
    {
      path: `${path}.name`,
      message: "is a bucket of the agency's own",
      received: '"client-archives"',
      fix: "remove backup.bucket",
    },
  ],
  [
    "a name that is no bucket's",
    [[[...at, "bucket"], { ...client, name: "Client Archives" }]],
    {
      path: `${path}.name`,
      message: "is not a bucket's name",
      received: '"Client Archives"',
      fix: "copy the name",
    },
  ],
  [
    "an account that is none",
    [[[...at, "bucket"], { ...client, account: "2222" }]],
    {
      path: `${path}.account`,
      message: "is not an AWS account",
      received: '"2222"',
      allowed: "12 digits in quotes",
      fix: "ask the client",
    },
  ],
  [
    "the agency's own account",
    [[[...at, "bucket"], { ...client, account: "413528927365" }]],
    {
      path: `${path}.account`,
      message: "is the agency's own account",
      received: '"413528927365"',
      fix: "adopt a bucket of the agency's account",
    },
  ],
  [
    "one bucket in two accounts",
    [
      [["projects", "clinic", "backup"], { bucket: client }],
      [[...at, "bucket"], { ...client, account: "444455556666" }],
    ],
    {
      path,
      message: "is said to be in another account or region than clinic says",
      fix: "write both alike",
    },
  ],
  [
    "a region that is none",
    [[[...at, "bucket"], { ...client, region: "Frankfurt" }]],
    {
      path: `${path}.region`,
      message: "is not a region of AWS",
      received: '"Frankfurt"',
      fix: "copy what",
    },
  ],
];

describe("a client's own bucket (R82)", () => {
  it.each(table)("%s is refused", (_, changes, problem) => {
    expectProblem(changed(prod(), changes), problem);
  });

  it("takes the archives of its project alone, below production's own prefix", () => {
    const fleet = parse(changed(prod(), [[[...at, "bucket"], client]]));
    const of = (slug: string) => fleet.projects.find((each) => each.slug === slug)?.archives;
    expect(of("cryptsend")).toMatchObject({
      bucket: { name: client.name, region: client.region, owner: client.account, adopted: true },
      prefix: "backups/cryptsend/",
    });
    expect(of("cryptsend")?.bucket.lockDays).toBeUndefined();
    expect(of("kmc")?.bucket.owner).toBeUndefined();
    expect(fleet.buckets.map(({ name }) => name)).not.toContain(client.name);
  });
});
