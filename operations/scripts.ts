import * as path from "node:path";

import { automationAccount } from "../components/bootstrap/script";
import { array, quote } from "../components/bootstrap/quote";
import { readText } from "../components/text-file";

const source = (name: string) => readText(path.join(__dirname, "scripts", `${name}.sh`));

/** One group, so that a session cut off while the script is on its way runs nothing. */
function whole(declarations: readonly string[], name: string): string {
  return `{\n${declarations.join("\n")}\n${source(name)}} </dev/null\n`;
}

/** A script that tells owner, uptime, disk, pending updates and a wanted reboot. Reads only. */
export function factsScript(): string {
  return whole([], "facts");
}

/**
 * A script that tells what is left of a person: `open: …` for every way in, `key: …` for the keys
 * they had, `known: yes` where Berth made the account. Reads only. `keys`: type and key.
 */
export function departedScript(member: string, keys: readonly string[]): string {
  return whole([`MEMBER=${quote(member)}`, `KEYS=${array(keys)}`], "departed");
}

/** A script that tells the keys that enter Berth's own account. Reads only. */
export function keysScript(): string {
  return whole([`ACCOUNT=${quote(automationAccount)}`], "keys");
}

/** Runs a script and then another in one session; the first one's status follows as `status: N`. */
export function oneAfterAnother(first: string, second: string): string {
  return `(\n${first})\nprintf 'status: %s\\n' $?\n${second}`;
}
