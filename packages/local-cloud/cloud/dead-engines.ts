import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";

import { childrenOf, identify, signal } from "../hosts/process";
import { holder } from "../ground/lock";

/** What the engine notes of who is at work on a stack. */
interface Lock {
  readonly pid?: number;
  readonly hostname?: string;
}

/**
 * Clears away what engines left that are no more: those that were killed, or went down with the
 * computer. Their locks, which the engine leaves to a person (`pulumi cancel`) because a backend may
 * be shared between computers; a rehearsal's is this computer's own. And the programs they ran.
 */
export function clearDeadEngines(state: string): void {
  const locks = path.join(state, ".pulumi", "locks");
  if (!fs.existsSync(locks)) return;
  const dead = fs
    .readdirSync(locks, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => isDead(read(file)));
  if (dead.length > 0) endOrphans(pathToFileURL(state).href);
  // The second is the backend's own note about the first.
  for (const file of dead.flatMap((each) => [each, `${each}.attrs`])) {
    fs.rmSync(file, { force: true });
  }
}

function isDead(text: string): boolean {
  try {
    const { pid, hostname } = JSON.parse(text) as Lock;
    return pid !== undefined && hostname === os.hostname() && holder(pid).started === "";
  } catch {
    // Being written, or none.
    return false;
  }
}

/**
 * Ends the language hosts of a backend, by its address, whose engine is no more, and the programs they ran: a program
 * without its engine turns in circles for ever, and its host waits for it. Nothing is ended where there
 * is no /proc to find it in.
 */
export function endOrphans(address: string): void {
  const backend = `PULUMI_BACKEND_URL=${address}`;
  const pids = fs.existsSync("/proc") ? fs.readdirSync("/proc") : [];
  for (const pid of pids.filter((name) => /^\d+$/.test(name)).map(Number)) {
    // First, so that whoever gets its number later is not taken for it.
    const orphan = identify(pid);
    if (!/pulumi-language-|@pulumi\/pulumi\/cmd\/run/.test(commandOf(pid))) continue;
    if (!read(`/proc/${pid}/environ`).split("\0").includes(backend)) continue;
    if (hasEngine(pid)) continue;
    for (const each of [...childrenOf(pid).map(identify), orphan]) {
      if (each) signal(each, "SIGKILL");
    }
  }
}

/** Whether an engine or a language host runs a process, also through a shell, as some plugins start. */
function hasEngine(pid: number): boolean {
  const parent = Number(/^PPid:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  if (parent <= 1) return false;
  const [program = ""] = commandOf(parent).split("\0");
  return path.basename(program).startsWith("pulumi") || hasEngine(parent);
}

/** Its words, each ended by a NUL; none of a process that is no more. */
function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`);
}

/** A file's text; none of one that is gone already. */
function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
