import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { layoutOf } from "./layout";

/** Tries of a directory: of 1024 ranges, a computer uses a few. */
const tries = 64;

/**
 * A new directory for a cloud of its own, whose range of addresses is nobody's on this computer: the
 * range follows from the directory's name, and a Docker, a VPN or another cloud may have it. It is
 * claimed for this process until that ends, so that two at once do not choose the same. `prefix` of
 * its name; the cloud's state will be in `state` below it. Throws where no range is free.
 */
export function freeDirectory(prefix: string, state: string): string {
  for (let round = 0; round < tries; round++) {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), prefix));
    // The range is the directory's, whatever the cloud is called.
    const { range } = layoutOf(path.join(directory, state), "local-cloud");
    // Without `ip` no machine boots here either, and nothing can collide.
    const words = ["-4", "route", "show", "table", "all", "root", range];
    const { stdout } = spawnSync("ip", words, { encoding: "utf8" });
    if ((stdout ?? "").trim() === "" && claim(range)) return directory;
    fs.rmSync(directory, { recursive: true });
  }
  throw new Error(`none of ${tries} ranges of addresses in 10.64.0.0/10 is free on this computer`);
}

function claim(range: string): boolean {
  const file = path.join(os.tmpdir(), `local-cloud-range-${range.replace("/", "-")}`);
  return write(file) || (isLeftBehind(file) && write(file));
}

function write(file: string): boolean {
  try {
    fs.writeFileSync(file, `${process.pid} ${numberedIn()}`, { flag: "wx" });
  } catch {
    return false;
  }
  process.once("exit", () => fs.rmSync(file, { force: true }));
  return true;
}

/**
 * Takes away the claim of a process that is gone. Another person's stays, and that of another container which
 * shares the directory, whose processes cannot be seen from here; and with it the range theirs.
 */
function isLeftBehind(file: string): boolean {
  try {
    const [pid, space] = fs.readFileSync(file, "utf8").split(" ");
    if (space !== numberedIn() || fs.existsSync(`/proc/${Number(pid)}`)) return false;
    fs.rmSync(file, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** The number of this process's PID namespace: the same number of a process means another one elsewhere. */
function numberedIn(): string {
  try {
    return fs.readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
