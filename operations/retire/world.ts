import * as backup from "../backups/backup";
import * as drill from "../backups/drill";
import { mustBeAbleToDrill } from "../backups/drill-key";
import type { Context } from "../ground/context";
import { exits } from "../ground/usage";
import { archiveOf, type Archive } from "./archive";
import { exportedZone, type ZoneOf } from "./zone-files";

/** What the end of a project does outside of this process, for tests to stand in for. */
export interface World {
  /** The last archive; undefined for a project without a backup. */
  readonly archive: (environment: string, slug: string) => Promise<Archive | undefined>;
  /** Makes an archive, and proves the newest; each answers whether it came to a good end. */
  readonly backUp: (environment: string, slug: string) => Promise<boolean>;
  readonly drill: (environment: string, slug: string) => Promise<boolean>;
  /** A zone in BIND's form. */
  readonly zone: (zone: ZoneOf) => Promise<string>;
}

/** Machines, the bucket and Cloudflare. `as`: as whom machines are entered. */
export function realWorld(context: Context, as: string | undefined): World {
  return {
    archive: (environment, slug) => archiveOf(context, environment, slug),
    backUp: async (environment, slug) => {
      mustBeAbleToDrill(context, environment, slug);
      const by = as === undefined ? [] : ["--as", as];
      return (
        (await backup.main(context, ["--environment", environment, ...by, slug])) === exits.done
      );
    },
    // Nothing is pruned: these are the archives that stay.
    drill: async (environment, slug) =>
      (await drill.main(context, ["--environment", environment, "--keep", slug])) === exits.done,
    zone: (zone) => exportedZone(zone, context.env),
  };
}
