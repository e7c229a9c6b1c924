/**
 * Limits of this machine that many hosts together reach. Every systemd takes about ten inotify
 * instances and Linux gives a user 128, so that the twelfth host would end with "Too many open
 * files" at its first breath.
 */

import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import type { Layout } from "./layout";
import { noteOf, notesOf } from "./notes";

const inotifyInstances = "/proc/sys/fs/inotify/max_user_instances";
/** Room for some three hundred hosts; an instance that is not used costs nothing. */
const wanted = 4096;

/** What the limit was, left by the first local cloud that raised it for the last that closes. */
const former = "inotify-instances";

/** What raising would change, in words; nothing where the limits are enough. */
export function limitsToRaise(): string[] {
  const now = instances();
  return now < wanted ? [`fs.inotify.max_user_instances from ${now} to ${wanted}`] : [];
}

/** Raises what is too low. */
export async function raiseLimits(layout: Layout): Promise<void> {
  const now = instances();
  if (now >= wanted) return;
  await writeFile(noteOf(layout, former), `${now}\n`);
  await writeFile(inotifyInstances, `${wanted}\n`);
}

/** Puts the machine's own limits back; does nothing where they were enough, or are somebody's by now. */
export async function restoreLimits(): Promise<void> {
  for (const note of await notesOf(former)) {
    if (instances() === wanted) await writeFile(inotifyInstances, readFileSync(note, "utf8"));
    await rm(note, { force: true });
  }
}

function instances(): number {
  return Number(readFileSync(inotifyInstances, "utf8"));
}
