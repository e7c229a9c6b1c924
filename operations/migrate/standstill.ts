import { files, type Survey } from "./answers";
import type { Journal } from "./journal";

/**
 * Seconds that it takes whatever is moved: 12 to 30 between two booted machines on two more or less busy cores, with PostgreSQL and
 * MongoDB of a few megabytes.
 */
const fixedSeconds = 30;

/** Bytes of databases a second: 228 MB of PostgreSQL were loaded and compared in 6.6 s, and a busy machine is slower. */
const bytesPerSecond = 10_000_000;

/** Files a second that a pass looks at. */
const entriesPerSecond = 4_000;

/** Seconds that visitors are held at most: the edge gives a request up after 100. */
const longestHold = 60;

/**
 * Seconds after which the old machine serves again by itself where its databases are followed and nothing sealed it. Longer
 * than an undo takes, and shorter than a request may wait at the edge.
 */
export const freezeSeconds = 30;

/** The longest that a machine stands still before it goes on by itself: as `berth-move` has it. */
const longestStandstill = 6 * 3600;

/** How a project that is dumped stands still. */
export interface Standstill {
  /** Seconds that visitors are expected to be without it. */
  readonly expected: number;
  /** Seconds after which the old machine serves again by itself. */
  readonly seconds: number;
  /** Whether visitors get a 503 with Retry-After, since a request cannot wait for so long. */
  readonly closed: boolean;
}

/** By how much there is; `passSeconds`: what the pass over the files took that was measured last. */
export function standstill({ databases, files: trees }: Survey, passSeconds?: number): Standstill {
  const bytes = databases.reduce((sum, each) => sum + (each.bytes ?? 0), 0);
  const entries = trees.reduce((sum, each) => sum + each.entries, 0);
  const pass = passSeconds ?? entries / entriesPerSecond;
  const expected = Math.round(fixedSeconds + bytes / bytesPerSecond + pass);
  // A slower machine is no reason to give up half-way.
  const seconds = Math.min(longestStandstill, 3 * expected + 120);
  return { expected, seconds, closed: expected > longestHold };
}

/** Seconds of the last pass over the files that a journal tells of. */
export function passOf(journal: Journal | undefined): number | undefined {
  const trees = files.safeParse(journal?.steps["files"]?.evidence).data?.trees;
  // Each tree tells what the whole pass took.
  return trees && Math.max(0, ...trees.map(({ seconds }) => seconds ?? 0));
}
