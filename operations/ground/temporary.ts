import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { isAlive } from "./alive";

const prefix = "berth-ssh-";

/**
 * A directory for what one SSH session is told: `berth-ssh-<pid>-…` in the system's temporary one.
 * The caller removes it; those that killed processes left are removed here.
 */
export function sessionDirectory(): string {
  const parent = os.tmpdir();
  for (const name of fs.readdirSync(parent)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) remove(path.join(parent, name));
  }
  return fs.mkdtempSync(path.join(parent, `${prefix}${process.pid}-`));
}

function remove(directory: string): void {
  try {
    // Everybody may write there, and root may remove everything: what somebody else made stays.
    if (fs.lstatSync(directory).uid !== process.getuid?.()) return;
    fs.rmSync(directory, { recursive: true, force: true });
  } catch {
    // Removed by another one of these in this moment.
  }
}
