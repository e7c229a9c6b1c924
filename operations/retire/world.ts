import { making, type Making } from "../backups/made";
import type { Context } from "../ground/context";
import { archiveOf, type Archive } from "./archive";
import { exportedZone, type ZoneOf } from "./zone-files";

/** What the end of a project does outside of this process, for tests to stand in for. */
export interface World extends Making {
  /** The last archive; undefined for a project without a backup. */
  readonly archive: (environment: string, slug: string) => Promise<Archive | undefined>;
  /** A zone in BIND's form. */
  readonly zone: (zone: ZoneOf) => Promise<string>;
}

/** Machines, the bucket and Cloudflare. `as`: as whom machines are entered. */
export function realWorld(context: Context, as: string | undefined): World {
  return {
    archive: (environment, slug) => archiveOf(context, environment, slug),
    ...making(context, { as, keep: true }),
    zone: (zone) => exportedZone(zone, context.env),
  };
}
