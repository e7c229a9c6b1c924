/** Programs that are killed, with all their children, at moments that a seed decides. */

import { spawn } from "node:child_process";
import * as fs from "node:fs";

import {
  childrenOf,
  identify,
  isAlive,
  signal,
  type ProcessIdentity,
} from "../../packages/local-cloud/hosts/process";

/** Random moments; `seed` repeats those of a run that failed. */
export class Moments {
  readonly seed = Number(process.env["BERTH_TEST_SEED"] ?? Date.now() % 1_000_000);
  private state = this.seed;

  /** A number of milliseconds from 0 to `limit`. */
  next(limit: number): number {
    // A linear congruential generator is random enough to choose moments.
    this.state = (this.state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.round((this.state / 2 ** 32) * limit);
  }
}

/** How often something is tried: a sample in `npm test`, many times in `npm run soak`. */
export function rounds(sample: number, soak: number): number {
  return process.env["BERTH_SOAK"] ? soak : sample;
}

/** A command line, where and how it runs. */
export interface Program {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** What it prints when its work begins: the time runs from there; absent: from its start. */
  readonly begins?: RegExp;
}

/**
 * Runs a program and kills it so many milliseconds after its work began, with its children, as a
 * power cut would. Answers whether it was still at work, and what it had said.
 */
export function killedAfter(
  milliseconds: number,
  { argv, cwd, env, begins }: Program,
): Promise<{ readonly killed: boolean; readonly said: string }> {
  const [command = "", ...rest] = argv;
  const child = spawn(command, rest, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let killed = false;
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer ??= setTimeout(() => {
      killed = true;
      killWhole(child.pid!);
    }, milliseconds);
  };
  const hear = (chunk: Buffer) => {
    said += chunk.toString("utf8");
    if (begins?.test(said)) begin();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  if (!begins) begin();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(timer);
      resolve({ killed, said });
    });
  });
}

/**
 * Kills a program with all its children. A signal to its group would leave some alive: the engine puts
 * the language host into one of its own, which looks for its engine every few minutes only. Each is
 * stopped before its children are listed: one that is just starting another would leave it behind.
 */
export function killWhole(pid: number): void {
  for (const each of stoppedWithDescendants(pid)) signal(each, "SIGKILL");
}

function stoppedWithDescendants(pid: number): ProcessIdentity[] {
  const self = identify(pid);
  if (!self) return [];
  signal(self, "SIGSTOP");
  // The signal returns before the last thread has come to rest; a process that is dying never does.
  const until = Date.now() + 10_000;
  while (isAlive(self) && !isStopped(pid) && Date.now() < until);
  return [self, ...childrenOf(pid).flatMap(stoppedWithDescendants)];
}

/** Whether all threads of a process stand still. */
function isStopped(pid: number): boolean {
  try {
    return fs
      .readdirSync(`/proc/${pid}/task`)
      .map((thread) => fs.readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8"))
      .every((stat) => /\) [TtZX] [^)]*$/.test(stat));
  } catch {
    // A thread ended meanwhile: look again.
    return false;
  }
}
