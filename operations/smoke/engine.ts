import { spawn, type ChildProcess } from "node:child_process";

import type { SmokeProject } from "./project";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The engine on a smoke project. Ctrl-C and the like end its command of the moment gently, as they
 * must: an engine that is killed no longer knows what it was making. What follows is the caller's.
 */
export class SmokeEngine {
  /** Whether somebody asked to stop. */
  stopped = false;
  private running: ChildProcess | undefined;

  constructor(private readonly say: (line: string) => void) {}

  /** Runs with signals caught. */
  async whileCatching<T>(work: () => Promise<T>): Promise<T> {
    const stop = () => {
      this.stopped = true;
      this.say("stopping after what is under way");
      // Once: a second one makes the engine leave at once.
      this.running?.kill("SIGINT");
      this.running = undefined;
    };
    for (const signal of signals) process.on(signal, stop);
    try {
      return await work();
    } finally {
      for (const signal of signals) process.off(signal, stop);
    }
  }

  /** Resolves to the command's exit code. */
  run({ directory, env }: SmokeProject, ...args: readonly string[]): Promise<number> {
    return new Promise((resolve, reject) => {
      const child = spawn("pulumi", [...args, "--non-interactive"], {
        cwd: directory,
        env,
        stdio: ["ignore", "inherit", "inherit"],
        // Of its own group: a terminal's Ctrl-C would reach it besides ours.
        detached: true,
      });
      this.running = child;
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 1));
    });
  }
}
