import { z } from "zod";

import type { Declared } from "./declared";
import { accountPattern, repositoryPathPattern } from "./formats";
import { choice, count, group, hints, list, map, text } from "./hints";
import { rds } from "./rds";

/** AWS regions of buckets: us-east-1 (R30), ca-central-1 for Canada and AWS-in-Canada nodes. */
export const backupRegions = ["us-east-1", "ca-central-1"] as const;
export type BackupRegion = (typeof backupRegions)[number];

/** How databases and files of one archive go together. */
export const consistencies = ["snapshot", "pause", "stop"] as const;
export type Consistency = (typeof consistencies)[number];

/** A time of day in UTC. */
const timePattern = /^([01]\d|2[0-3]):[0-5]\d$/;

/** A public key of age, as `age-keygen` prints it. */
const agePattern = /^age1[02-9ac-hj-np-z]{58}$/;

/** A key that archives are encrypted to. */
export const ageKey = text("A public key of age.", agePattern, {
  what: "a public key of age",
  allowed: "age1 and 58 letters and digits",
  fix: "write what `age-keygen -y FILE` prints",
});

/** As Compose takes them. */
const composePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** A region of AWS: archives in a bucket of a client's are wherever that is. */
const regionPattern = /^[a-z]{2}(-[a-z]+)+-\d$/;

/** `backup.bucket` of a project. */
const clientBucket = group(
  "A bucket of the client's own, in an AWS account of theirs, in the place of the agency's (R82). It must be versioned, and have the policy that berth backup --bucket-policy prints.",
  {
    name: z
      .string()
      .describe("Its name.")
      .register(hints, { what: "a bucket's name", fix: "write the bucket's name" }),
    region: text("The region that it is in.", regionPattern, {
      what: "a region of AWS",
      allowed: "a name such as eu-central-1",
      fix: "copy what the client sees beside the bucket in the console",
    }),
    account: text(
      "The client's AWS account, in quotes: a bucket of that name in another account gets nothing.",
      accountPattern,
      {
        what: "an AWS account",
        allowed: "12 digits in quotes",
        fix: "ask the client for the number of the account that owns the bucket",
      },
    ),
  },
);

/** `backup` of a project. */
export const backup = group(
  "Archives of its data, made on its node and put where that node's key can only add to them; production needs one (R29). They are made where the node delivers the project (repository, and manage with deploy and proxy), or runs what compose names.",
  {
    database: choice("Kind of its database.", ["postgres", "postgis", "mongodb", "none"], {
      what: "a kind of database",
      fix: "choose the kind, or none for files alone",
    }).optional(),
    compose: text(
      "Name of the Compose project on its node that holds its data, where people brought that up and Berth delivers nothing (Jenkins, Sentry: R79); the node's manage names deploy.",
      composePattern,
      {
        what: "the name of a Compose project",
        allowed: "small letters, digits, _ and -",
        fix: "copy it from `docker compose ls`",
      },
    ).optional(),
    region: choice("Region of the bucket.", backupRegions, {
      what: "a region for backups",
      fix: "choose one, or leave it out: ca-central-1 for data that stays in Canada, otherwise us-east-1",
    }).optional(),
    bucket: clientBucket.optional(),
    rds: rds.optional(),
    at: list(
      "Times of day in UTC; absent: one between 01:00 and 04:59 that follows from the slug.",
      text('A time of day in UTC, such as "03:15".', timePattern, {
        what: "a time of day",
        allowed: '"00:00" to "23:59", in UTC',
        fix: "write hours and minutes in quotes",
      }),
    )
      .min(1)
      .optional(),
    consistency: choice(
      "How databases and files of an archive go together. snapshot: each database as of one moment, files as they are read after it; pause, stop: what writes is held or stopped until all is read. Absent: snapshot, and stop for mongodb.",
      consistencies,
      {
        what: "a way to keep databases and files together",
        fix: "choose snapshot unless files and rows must be of one moment",
      },
    ).optional(),
    exclude: map(
      "Services and volumes that are left out, each with the reason; what is neither backed up nor named here refuses a delivery to production.",
      "a map of services and volumes",
      text("Why nobody needs it back.", /\S/, {
        what: "a reason",
        allowed: "a sentence",
        fix: "say why nobody needs it back",
      }),
    ).optional(),
    mayShrinkTo: z
      .number()
      .min(0)
      .max(1)
      .describe(
        "Share of the last archive's content below which a backup fails; absent: 0.5. 0: it may shrink to nothing.",
      )
      .register(hints, {
        what: "a share",
        allowed: "a number from 0 to 1",
        fix: "write 0.5 for a half",
      })
      .optional(),
    recipients: list(
      "Keys that archives are encrypted to, two or more, one of them kept offline; absent: archives are not encrypted by the node. lrzip alone does not open an encrypted one.",
      ageKey,
    ).optional(),
    recoveryMinutes: count("Minutes in which it shall be restored after a loss.", 1, {
      what: "a number of minutes",
      fix: "write the number without quotes",
    }).optional(),
    scrub: text(
      "SQL file in its repository that runs over a copy before a developer gets it.",
      repositoryPathPattern,
      {
        what: "a path in the project's repository",
        allowed: "a path such as ops/scrub.sql",
        fix: "write it from the repository's top, without a slash before it",
      },
    ).optional(),
  },
);

/** `berth:backups`. */
export const backupSettings = group("Where backups go and how long they stay.", {
  keepDays: count(
    "Days an archive is kept; 35 when absent. An older one goes once a drill has proven a newer one.",
    1,
    {
      what: "a number of days",
      fix: "write the number without quotes",
    },
  ).optional(),
  lockDays: count(
    "Days in which nobody can delete an archive (object lock); 0 for no lock. When absent: 30 in production, or keepDays where that is less, and no lock in stage.",
    0,
    {
      what: "a number of days",
      fix: "write the number without quotes, or 0 for no lock",
    },
  ).optional(),
  drillKeys: list(
    "Public keys of who drills: records of restore drills count where one of them signed (R34).",
    text("A public key, as berth drill says it.", /^ed25519:[A-Za-z0-9+/]{43}=$/, {
      what: "a drill's public key",
      allowed: "ed25519: and 44 characters",
      fix: "copy the line that berth drill --show-key prints",
    }),
  ).optional(),
  adopt: list(
    "Buckets that existed before Berth; their objects, policies, lifecycle and lock stay as they are. They must be versioned.",
    group("A bucket.", {
      name: z
        .string()
        .describe("Its name.")
        .register(hints, { what: "a bucket's name", fix: "write the bucket's name" }),
      region: choice("Its region.", backupRegions, {
        what: "a region for backups",
        fix: "choose the region the bucket is in",
      }),
    }),
  ).optional(),
});

/** A nightly copy of a project's data (R29–R42), with what follows where nothing is said. */
export type BackupSpec = Declared<typeof backup> &
  Required<Pick<Declared<typeof backup>, "database">>;

/** A bucket of one environment that archives go to. */
export interface BucketSpec {
  readonly name: string;
  /** A region of AWS: one of `backupRegions` unless it is a client's. */
  readonly region: string;
  /** True: it existed before Berth; its objects, policies and lifecycle are never altered. */
  readonly adopted: boolean;
  /** The client's AWS account that owns it; absent: it is the agency's (R82). */
  readonly owner?: string;
  /** Days under object lock in compliance mode; absent: no lock. */
  readonly lockDays?: number;
  /** Days an archive is kept. */
  readonly keepDays: number;
}
