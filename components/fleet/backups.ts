import { z } from "zod";

import type { Declared } from "./declared";
import { choice, count, group, hints, list } from "./hints";

/** AWS regions of buckets: us-east-1 (R30), ca-central-1 for Canada and AWS-in-Canada nodes. */
export const backupRegions = ["us-east-1", "ca-central-1"] as const;
export type BackupRegion = (typeof backupRegions)[number];

/** `backup` of a project. */
export const backup = group(
  "A place for archives of its data, and a key of its node that can only add to them; production needs one (R29). Berth does not make the archives yet.",
  {
    database: choice("Kind of its database.", ["postgres", "postgis", "mongodb", "none"], {
      what: "a kind of database",
      fix: "choose the kind, or none for files alone",
    }).optional(),
    region: choice("Region of the bucket.", backupRegions, {
      what: "a region for backups",
      fix: "choose one, or leave it out: ca-central-1 for data that stays in Canada, otherwise us-east-1",
    }).optional(),
  },
);

/** `berth:backups`. */
export const backupSettings = group("Where backups go and how long they stay.", {
  keepDays: count("Days an archive is kept; 35 when absent.", 1, {
    what: "a number of days",
    fix: "write the number without quotes",
  }).optional(),
  lockDays: count(
    "Days in which nobody can delete an archive (object lock); 0 for no lock. When absent: 30 in production, or keepDays where that is less, and no lock in stage.",
    0,
    {
      what: "a number of days",
      fix: "write the number without quotes, or 0 for no lock",
    },
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

/** A nightly copy of a project's data (R29–R42). */
export type BackupSpec = Required<Declared<typeof backup>>;

/** A bucket for one environment and region. */
export interface BucketSpec {
  readonly name: string;
  readonly region: BackupRegion;
  /** True: it existed before Berth; its objects, policies and lifecycle are never altered. */
  readonly adopted: boolean;
  /** Days under object lock in compliance mode; absent: no lock. */
  readonly lockDays?: number;
  /** Days an archive is kept. */
  readonly keepDays: number;
}
