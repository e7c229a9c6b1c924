/**
 * Notes that clouds leave for each other about what they changed on this machine: the first writes what
 * was there before, the last puts it back, and they may be of different names.
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Layout } from "./layout";

/** Empty again when the machine starts, as are the settings that the notes are about. */
const place = "/run";

/** Where a cloud writes a note. */
export function noteOf({ name }: Layout, what: string): string {
  return join(place, `${name}-${what}`);
}

/** The notes about one thing, of all clouds on this machine. */
export async function notesOf(what: string): Promise<string[]> {
  const names = await readdir(place);
  return names.filter((name) => name.endsWith(`-${what}`)).map((name) => join(place, name));
}
