import { describe, expect, it } from "vitest";
import { changed, expectProblem, parse, problemsOf, prod, type BadInput } from "./fixture";

const bucket = (name: string, region = "us-east-1") => ({ adopt: [{ name, region }] });

const table: readonly BadInput[] = [
  [
    "a production project without backup",
    [[["projects", "cryptsend", "backup"], undefined]],
    {
      path: "berth:projects.cryptsend.backup",
      message: "every production project has a backup (R29)",
      fix: "add `backup: { database: postgres }`",
    },
  ],
  [
    "a backup outside Canada of data that must stay",
    [[["projects", "kmc", "backup", "region"], "us-east-1"]],
    {
      path: "berth:projects.kmc.backup.region",
      message: "would take data out of Canada",
      received: '"us-east-1"',
      allowed: "ca-central-1",
      fix: "remove the line",
    },
  ],
  [
    "a region without a rule",
    [[["projects", "cryptsend", "backup", "region"], "eu-west-1"]],
    {
      path: "berth:projects.cryptsend.backup.region",
      message: "is not a region for backups",
      received: '"eu-west-1"',
      allowed: "us-east-1, ca-central-1",
      fix: "leave it out",
    },
  ],
  [
    "a lock longer than archives are kept",
    [[["backups"], { keepDays: 10, lockDays: 11 }]],
    {
      path: "berth:backups.lockDays",
      message: "is longer than the 10 days an archive is kept",
      received: "11",
      allowed: "0 to 10",
      fix: "shorten the lock",
    },
  ],
  [
    "a lock longer than archives are kept when nothing is said of that",
    [[["backups"], { lockDays: 36 }]],
    {
      path: "berth:backups.lockDays",
      message: "is longer than the 35 days an archive is kept",
      received: "36",
      allowed: "0 to 35",
      fix: "shorten the lock",
    },
  ],
  ...["us-east-1", "ca-central-1"].map((region): BadInput => [
    `the bucket that Berth makes for stage in ${region}, as production's`,
    [[["backups"], bucket(`countable-stage-backups-${region}`)]],
    {
      path: "berth:backups.adopt[0].name",
      message: "is the bucket that Berth makes for the other environment",
      received: `"countable-stage-backups-${region}"`,
      fix: "remove the entry",
    },
  ]),
  [
    "archives that go before any was proven",
    [[["backups"], { keepDays: 6 }]],
    {
      path: "berth:backups.keepDays",
      message: "is shorter than the 7 days from one drill to the next",
      received: "6",
      allowed: "at least 7",
      fix: "keep them for 7 days or more",
    },
  ],
  [
    "a drill's key that is none",
    [[["backups"], { drillKeys: ["ssh-ed25519 AAAA"] }]],
    {
      path: "berth:backups.drillKeys[0]",
      message: "is not a drill's public key",
      received: '"ssh-ed25519 AAAA"',
      allowed: "ed25519:",
      fix: "copy the line that berth drill --show-key prints",
    },
  ],
  [
    "archives kept for no day",
    [[["backups"], { keepDays: 0 }]],
    {
      path: "berth:backups.keepDays",
      message: "is too small for a number of days",
      received: "0",
      allowed: "at least 1",
      fix: "write the number",
    },
  ],
  ...(
    [
      ["ab", "must have 3 to 63 characters"],
      ["a".repeat(64), "must have 3 to 63 characters"],
      ["Backups", "must be of lower-case letters"],
      ["my_backups", "must be of lower-case letters"],
      ["-backups", "must be of lower-case letters"],
      ["back..ups", "must not have two dots in a row"],
      ["192.0.2.1", "must not look like an address"],
      ["xn--backups", "starts with a prefix that S3 reserves"],
      ["backups-s3alias", "ends with a suffix that S3 reserves"],
      ["backups--x-s3", "ends with a suffix that S3 reserves"],
    ] as const
  ).map(([name, message]): BadInput => [
    `the bucket ${name}`,
    [[["backups"], bucket(name)]],
    {
      path: "berth:backups.adopt[0].name",
      message,
      ...(name.length < 64 ? { received: JSON.stringify(name) } : {}),
      fix: "copy the name",
    },
  ]),
  [
    "two buckets for a region",
    [
      [
        ["backups"],
        {
          adopt: [
            { name: "old-one", region: "us-east-1" },
            { name: "old-two", region: "us-east-1" },
          ],
        },
      ],
    ],
    {
      path: "berth:backups.adopt[1].region",
      message: "has a bucket already",
      received: '"us-east-1"',
      fix: "remove the other entry",
    },
  ],
];

describe("backups", () => {
  it.each(table)("refuse %s", (_title, changes, expected) => {
    expectProblem(changed(prod(), changes), expected);
  });

  it("are not demanded of stage", () => {
    const input = changed(prod(), [[["projects", "cryptsend", "backup"], undefined]]);
    expect(problemsOf({ ...input, stack: "stage" })).toEqual([]);
  });

  it("go to us-east-1, and to ca-central-1 for data of Canada and what shares its node", () => {
    const regions = new Map(
      parse(prod()).projects.map(({ slug, archives }) => [slug, archives?.bucket.region]),
    );
    expect(regions.get("cryptsend")).toBe("us-east-1");
    expect(regions.get("kmc")).toBe("ca-central-1");
    expect(regions.get("intranet")).toBe("ca-central-1");
    expect(regions.get("portal")).toBe("us-east-1");
  });

  it("have one bucket a region that is used", () => {
    expect(parse(prod()).buckets).toEqual([
      {
        name: "countable-prod-backups-ca-central-1",
        region: "ca-central-1",
        adopted: false,
        keepDays: 35,
        lockDays: 30,
      },
      {
        name: "countable-prod-backups-us-east-1",
        region: "us-east-1",
        adopted: false,
        keepDays: 35,
        lockDays: 30,
      },
    ]);
    const one = changed(prod(), [
      [["projects"], { cryptsend: { domain: "cryptsend.io", access: ["clark"], backup: {} } }],
      [["nodes"], undefined],
      [["backups"], { keepDays: 90, lockDays: 30 }],
    ]);
    expect(parse(one).buckets).toEqual([
      {
        name: "countable-prod-backups-us-east-1",
        region: "us-east-1",
        adopted: false,
        keepDays: 90,
        lockDays: 30,
      },
    ]);
  });

  it("are locked in production unless that is said, and in stage when it is said", () => {
    const lock = (stack: string, backups: unknown) => {
      const buckets = parse({ ...changed(prod(), [[["backups"], backups]]), stack }).buckets;
      return new Set(buckets.map(({ lockDays }) => lockDays));
    };
    expect(lock("prod", { keepDays: 365 })).toEqual(new Set([30]));
    expect(lock("prod", { keepDays: 7 })).toEqual(new Set([7]));
    expect(lock("prod", { lockDays: 0 })).toEqual(new Set([undefined]));
    expect(lock("stage", {})).toEqual(new Set([undefined]));
    expect(lock("stage", { lockDays: 3 })).toEqual(new Set([3]));
  });

  it("use an adopted bucket, which is not locked by Berth", () => {
    const input = changed(prod(), [[["backups"], { ...bucket("countable-backups"), lockDays: 7 }]]);
    expect(parse(input).buckets.at(-1)).toEqual({
      name: "countable-backups",
      region: "us-east-1",
      adopted: true,
      keepDays: 35,
    });
  });
});
