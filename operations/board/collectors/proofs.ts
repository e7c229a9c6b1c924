import { z } from "zod";

import type { ResolvedProject } from "../../../components/placement/resolved";
import { brokenChain } from "../../backups/evidence";
import { recordsOf, type BackedUp } from "../../backups/projects";
import { Store } from "../../backups/store";
import type { Context } from "../../ground/context";
import type { Collector } from "../reading";

const proofSaid = z.object({
  /** When the newest archive that has a manifest was begun; null: there is none. */
  archive: z.iso.datetime().nullable(),
  /** The last drill whose record is believed; null: there is none. */
  drill: z
    .object({
      project: z.string(),
      begun: z.iso.datetime(),
      verdict: z.enum(["proven", "failed", "could not run"]),
      reasons: z.array(z.string().max(2_000)),
    })
    .nullable(),
  /** What is wrong with the records together. */
  broken: z.array(z.string().max(2_000)),
});

export type ProofSaid = z.output<typeof proofSaid>;

/** Archives and records of drills as they lie in a project's bucket, with the credentials of who runs this. */
export function proofs(context: Context): Collector<BackedUp, ProofSaid> {
  return {
    source: ({ place }) => `s3://${place.bucket.name}/${place.prefix}`,
    limitMs: 25_000,
    form: proofSaid,
    ask: async ({ place }, signal) => {
      const store = new Store(place, context.env, signal);
      const holdings = await store.holdings();
      const records = await recordsOf(store, holdings);
      const archive = holdings.archives.findLast(({ manifest }) => manifest !== undefined);
      const last = records.findLast(({ record }) => record !== undefined)?.record;
      return {
        at: context.now,
        said: {
          archive: archive?.at.toISOString() ?? null,
          drill: last ?? null,
          broken: brokenChain(records),
        },
      };
    },
  };
}

/** A project with its place for archives; undefined for one without a backup. */
export function backedUp(environment: string, project: ResolvedProject): BackedUp | undefined {
  const place = project.archives;
  return place === undefined ? undefined : { environment, project, place };
}
