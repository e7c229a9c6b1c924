import { spawn } from "node:child_process";
import * as os from "node:os";

import type { Say } from "./progress";

/**
 * Runs a command in the foreground with this process's terminal and resolves to its exit code, as
 * a shell would tell it: 128 + number for one ended by a signal, 127 for one that is not found.
 *
 * Ctrl-C reaches the command: a terminal sends it to the whole foreground group, so it must not be
 * passed on a second time (the engine takes a second one for "stop at once"). Without a terminal,
 * and for the other signals, it is passed on.
 */
export function runInForeground(
  command: string,
  args: readonly string[],
  { say, ...options }: { cwd: string; env: NodeJS.ProcessEnv; say: Say },
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: "inherit" });
    const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    const pass = (signal: NodeJS.Signals) => {
      if (signal !== "SIGINT" || !terminal) child.kill(signal);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, pass);
    const end = (code: number) => {
      for (const signal of signals) process.removeListener(signal, pass);
      resolve(code);
    };
    child.on("error", (error: NodeJS.ErrnoException) => {
      const absent = error.code === "ENOENT";
      say(`${command}: ${absent ? "is no program here and none on PATH" : error.message}`);
      end(absent ? 127 : 126);
    });
    child.on("exit", (code, signal) =>
      end(code ?? 128 + (signal === null ? 0 : os.constants.signals[signal])),
    );
  });
}
