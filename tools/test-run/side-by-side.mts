import * as os from "node:os";

/** What a file of booted hosts may take at its worst: fifteen machines, an engine and a cloud. */
const bytesEach = 3 * 2 ** 30;

/**
 * How many files of tests that start processes run at a time: one more than there are cores, since each
 * waits for boots, sessions and programs for a third of its time; fewer where memory is short, and one
 * at the least.
 */
export function sideBySide(cores = os.availableParallelism(), freeBytes = os.freemem()): number {
  return Math.max(1, Math.min(cores + 1, Math.floor(freeBytes / bytesEach)));
}
