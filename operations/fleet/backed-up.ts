import { z } from "zod";

import type { BackedUp } from "../../components/placement/backed-up";
import { readJsonFact } from "../ground/report";

const text = z.string().max(2_000);
const run = z.object({
  at: text,
  verdict: text,
  why: text.nullish().catch(undefined),
  bytes: z.number().nullish().catch(undefined),
  notes: z.array(text).nullish().catch(undefined),
});

/** What a machine says of the backups of one project. */
export const backedUpProject = z.object({
  slug: z.string().max(100),
  running: z.object({ at: text }).nullish().catch(undefined),
  /** A run is going to begin: its container, which a check looks at, does so within seconds. */
  due: z.boolean().nullish().catch(undefined),
  last: run.nullish(),
  lastTaken: run.nullish(),
  next: text.nullish().catch(undefined),
  awaits: text.nullish(),
  /** A restore is at work, or was cut off in the middle of its exchange. */
  restoring: z.boolean().nullish().catch(undefined),
});

/** A project's backups, by its machine's own word. */
export type BackedUpProject = z.output<typeof backedUpProject>;

/** An archive that is older than this leaves a day without one (hours). */
const stale = 26;

/**
 * Reads what `berth-backup status` said on a machine. Undefined where nothing backs up there, or what it said is of
 * another form.
 */
export function readBackedUp(said: string): readonly BackedUpProject[] | undefined {
  const reading = z
    .object({ backups: z.array(backedUpProject) })
    .safeParse(readJsonFact(said, "backups"));
  return reading.success ? reading.data.backups : undefined;
}

/** What of the projects that a machine shall back up needs a person, one sentence each. */
export function backupConcerns(
  declared: readonly BackedUp[],
  told: readonly BackedUpProject[] | undefined,
  now: Date,
): string[] {
  if (declared.length === 0) return [];
  if (told === undefined) return ["did not tell what it backs up"];
  return declared.flatMap(({ slug }): string[] => {
    const project = told.find((each) => each.slug === slug);
    if (project?.awaits === "recovery") {
      return [
        `${slug} came up empty and archives of it are there: berth recover ${slug}; until then nothing is backed up`,
      ];
    }
    const { last, lastTaken } = project ?? {};
    const again = `once that is put right: berth backup ${slug}`;
    const why = last?.why ? `: ${last.why}` : "";
    const found: string[] = [];
    if (project?.restoring) {
      found.push(
        `a restore of ${slug} is at work, or was cut off; where nobody is at it, sudo berth-backup undo ${slug} on the machine puts back what was there`,
      );
    }
    if (last?.verdict === "failed") found.push(`the last backup of ${slug} failed${why}; ${again}`);
    if (last?.verdict === "incomplete") {
      found.push(`the last backup of ${slug} lacks something${why}; ${again}`);
    }
    for (const note of lastTaken?.notes ?? []) found.push(`the last backup of ${slug}: ${note}`);
    // The first one begins by itself as soon as there is something to back up, and the key.
    const coming = Boolean(project?.running ?? project?.due);
    if (!lastTaken && coming && !last) return [];
    if (!lastTaken) {
      found.push(`${slug} was never backed up; run berth backup ${slug}`);
    } else {
      const hours = (now.getTime() - Date.parse(lastTaken.at)) / 3_600_000;
      // A moment that is none is no proof of a fresh archive, and a clock that was wrong hides that no other comes.
      if (hours < -1) {
        found.push(
          `the newest archive of ${slug} is dated in the future: ${lastTaken.at}; put the machine's clock right, then: berth backup ${slug}`,
        );
      } else if (!(hours <= stale)) {
        found.push(
          `the newest archive of ${slug} is of ${lastTaken.at}, older than ${stale} hours; run berth backup ${slug}`,
        );
      }
    }
    return found;
  });
}

/** A project's backups in a few words, for below the table. */
export function backedUpText({ slug, running, last, lastTaken, next }: BackedUpProject): string {
  const taken = lastTaken
    ? `last taken ${lastTaken.at}${lastTaken.bytes ? `, ${lastTaken.bytes} bytes` : ""}`
    : "never taken";
  const failed =
    last && last.verdict !== "taken" && last.at !== lastTaken?.at ? `, then ${last.verdict}` : "";
  return `${slug} ${taken}${failed}${running ? ", one is at work" : ""}${next ? `, next ${next}` : ""}`;
}
