import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { holder } from "../setup/lock";

/** What the engine notes of who is at work on a stack. */
interface Lock {
  readonly pid?: number;
  readonly hostname?: string;
}

/**
 * Takes away the locks that engines left which are no more: one that was killed, or went down with
 * the computer. The engine itself leaves them to a person (`pulumi cancel`), because a backend may be
 * shared between computers; a rehearsal's is this computer's own.
 */
export function clearDeadLocks(state: string): void {
  const locks = path.join(state, ".pulumi", "locks");
  if (!fs.existsSync(locks)) return;
  for (const entry of fs.readdirSync(locks, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const { pid, hostname } = read(file);
    if (pid === undefined || hostname !== os.hostname()) continue;
    if (holder(pid).started !== "") continue;
    // The second is the backend's own note about the first.
    for (const each of [file, `${file}.attrs`]) fs.rmSync(each, { force: true });
  }
}

/** Nothing of one that is being written, or is gone already. */
function read(file: string): Lock {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as Lock;
  } catch {
    return {};
  }
}
