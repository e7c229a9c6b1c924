import * as path from "node:path";

import { readText } from "./text-file";

/** The scripts of a maintenance, each for a session as root of its own; see operations/maintain. */

const source = (name: string) => readText(path.join(__dirname, "upkeep", `${name}.sh`));

/** One group, so that a session cut off while the script is on its way runs nothing. */
function whole(name: string): string {
  return `{\n${source("words")}\n${source(name)}} </dev/null\n`;
}

/**
 * Tells what hinders a maintenance (`hinders: busy …`, which passes by itself; `hinders: ill …`, which needs a person)
 * and whether visitors are let in (`web: open`). Reads only.
 */
export const readyScript = (): string => whole("ready");

/**
 * Installs the updates that wait: `update: done`, `held` or `failed …`; `left: …` names those that would take another
 * package away and are not installed; `reboot: yes` where they want one.
 */
export const updateScript = (): string => whole("update");

/** Has the machine boot anew: `going: yes`, `held` or `no`. */
export const rebootScript = (): string => whole("reboot");

/** Tells whether it has: `back: yes`, and whether visitors are let in. Reads only. */
export const backScript = (): string => whole("back");
