import { runProgram } from "../../engine/program";
import type { SmokeProject } from "./project";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The engine on a smoke project. Ctrl-C and the like end its command of the moment gently, as they
 * must: an engine that is killed no longer knows what it was making. What follows is the caller's.
 */
export class SmokeEngine {
  /** Whether somebody asked to stop. */
  stopped = false;
  private running: AbortController | undefined;

  constructor(private readonly say: (line: string) => void) {}

  /** Runs with signals caught. */
  async whileCatching<T>(work: () => Promise<T>): Promise<T> {
    const stop = () => {
      this.stopped = true;
      this.say("stopping after what is under way");
      // Once: a second one makes the engine leave at once.
      this.running?.abort();
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
  async run({ directory, env }: SmokeProject, ...args: readonly string[]): Promise<number> {
    this.running = new AbortController();
    const { code } = await runProgram("pulumi", [...args, "--non-interactive"], {
      ...{ cwd: directory, env, stdout: "show", stderr: "show" },
      ...{ signal: this.running.signal, by: "SIGINT" },
      // A terminal's Ctrl-C would reach it besides ours.
      apart: true,
    });
    return code;
  }
}
