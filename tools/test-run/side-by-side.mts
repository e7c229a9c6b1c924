import * as os from "node:os";

/** What a file of booted hosts may take at its worst: fifteen machines, an engine and a cloud. */
const bytesEach = 3 * 2 ** 30;

/**
 * How many files of tests that start processes run at a time: two for each core, since one of booted hosts keeps
 * about a third of a core at work, its machines counted, and one of the engine up to a whole one; fewer where
 * memory is short, and one at the least.
 */
export function sideBySide(cores = os.availableParallelism(), freeBytes = os.freemem()): number {
  return Math.max(1, Math.min(2 * cores, Math.floor(freeBytes / bytesEach)));
}
