import { dayLength } from "../../components/fleet/formats";
import { choose, freshHours } from "../backups/choose";
import { projectsOf, recordsOf } from "../backups/projects";
import { Store } from "../backups/store";
import type { Context } from "../ground/context";

/** The last archive of a project, and what keeps it from being a proven one. */
export interface Archive {
  /** `s3://bucket/prefix`. */
  readonly place: string;
  /** Its key; absent where there is none. */
  readonly key?: string;
  /** Until when nobody can delete it, where its bucket locks. */
  readonly lockedUntil?: Date;
  /** Nothing where there is one that may be restored: this very archive was proven. */
  readonly problems: readonly string[];
  /** Whether it is younger than an archive may be (26 h). */
  readonly isYoung: boolean;
}

/** Looks at the bucket. Undefined for a project without a backup. Throws a `Refusal` where S3 refuses. */
export async function archiveOf(
  context: Context,
  environment: string,
  slug: string,
): Promise<Archive | undefined> {
  const { backedUp } = projectsOf(context, environment);
  const place = backedUp.find(({ project }) => project.slug === slug)?.place;
  if (place === undefined) return undefined;
  const store = new Store(place, context.env);
  const holdings = await store.holdings();
  const { archive, failed } = choose(holdings, place.prefix, context.now);
  const hours = archive && (context.now.getTime() - archive.at.getTime()) / 3_600_000;
  const records = await recordsOf(store, holdings);
  const isProven = records.some(
    ({ record }) => record?.verdict === "proven" && record.archive?.key === archive?.key,
  );
  const { lockDays = 0 } = place.bucket;
  return {
    place: `s3://${place.bucket.name}/${place.prefix}`,
    ...(archive === undefined ? {} : { key: archive.key }),
    ...(archive === undefined || lockDays === 0
      ? {}
      : { lockedUntil: new Date(archive.at.getTime() + lockDays * dayLength) }),
    isYoung: hours !== undefined && hours <= freshHours,
    problems:
      archive === undefined ? failed : isProven ? [] : [`${archive.key} was not proven by a drill`],
  };
}
