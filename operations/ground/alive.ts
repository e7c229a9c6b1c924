import * as fs from "node:fs";

/** Whether there is a process of this number, be it somebody else's. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * What tells this process's numbers from those of another container that shares a directory with it: the
 * number of its PID namespace, `0` where the system has none.
 */
export function numberedIn(): string {
  try {
    return /\d+/.exec(fs.readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
  } catch {
    return "0";
  }
}
