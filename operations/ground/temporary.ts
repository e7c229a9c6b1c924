import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { isAlive, numberedIn } from "./alive";

const prefix = "berth-ssh-";

/**
 * A directory for what one SSH session is told: `berth-ssh-<namespace>-<pid>-…` in the system's temporary one.
 * The caller removes it; those that killed processes left are removed here. One of another container
 * stays, whose processes cannot be seen from here.
 */
export function sessionDirectory(): string {
  const parent = os.tmpdir();
  const own = `${prefix}${numberedIn()}-`;
  for (const name of fs.readdirSync(parent)) {
    const pid = name.startsWith(own) && /^(\d+)-/.exec(name.slice(own.length))?.[1];
    if (pid && !isAlive(Number(pid))) remove(path.join(parent, name));
  }
  return fs.mkdtempSync(path.join(parent, `${own}${process.pid}-`));
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
