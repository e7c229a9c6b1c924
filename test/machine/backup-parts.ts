import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

/** What a machine's backups run, and what tests of it run beside it. */
export const program = resolve("components/machine/files/backup");
const parts = resolve("test/machine/backup");

export interface Ran {
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
}

/** Runs a command to its end; one that does not end is ended, and has no code. */
export function run(
  command: readonly [string, ...string[]],
  input: Buffer | string = "",
  cwd?: string,
): Ran {
  const options = {
    input,
    cwd,
    maxBuffer: 1 << 28,
    timeout: 120_000,
    killSignal: "SIGKILL",
  } as const;
  const done = spawnSync(command[0], command.slice(1), options);
  if (
    done.error &&
    !("code" in done.error && ["EPIPE", "ETIMEDOUT"].includes(done.error.code as string))
  )
    throw done.error;
  return { code: done.status, out: done.stdout, err: done.stderr.toString() };
}

/** Runs one of the Python programs beside this file, which find the backup's own parts. */
export const python = (script: string, args: readonly string[], input: Buffer | string = "") =>
  run(["python3", "-I", "-B", join(parts, script), program, ...args], input);
