/** Running programs and telling processes apart, for the hosts of the local cloud. */

import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** What a finished program left. */
export interface Finished {
  /** Exit status; 128 + signal number where a signal ended it, as a shell says it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a program. */
export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with every complete line of standard error, for progress. */
  readonly onLine?: (line: string) => void;
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9 };

/** Runs a program to its end; refuses only when it cannot be started (the system's error). */
export async function tryRun(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [command, ...rest] = argv;
  if (command === undefined) throw new Error("nothing to run: the command line is empty");
  const child = spawn(command, rest, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: withSystemPath(options.env ?? process.env),
    stdio: ["pipe", "pipe", "pipe"],
  });
  return collect(child, options);
}

/** Root's programs are not on every root's PATH (sudo, cron, some CI runners). */
function withSystemPath(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PATH: `${env["PATH"] ?? "/usr/bin:/bin"}:/usr/sbin:/sbin` };
}

async function collect(child: ChildProcess, options: RunOptions): Promise<Finished> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let partial = "";
  child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr.push(chunk);
    if (!options.onLine) return;
    const lines = (partial + chunk.toString("utf8")).split("\n");
    partial = lines.pop() ?? "";
    for (const line of lines) options.onLine(line);
  });
  // A program that does not read its input closes the pipe; its exit status tells the story.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input ?? "");
  return new Promise<Finished>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({
        code: code ?? 128 + (signalNumbers[signal ?? ""] ?? 15),
        stdout: Buffer.concat(stdout).toString("utf8"),
        stderr: Buffer.concat(stderr).toString("utf8"),
      });
    });
  });
}

/** Runs a program and returns its standard output; refuses a status other than 0 with what it said. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const done = await tryRun(argv, options);
  if (done.code === 0) return done.stdout;
  const said = (done.stderr.trim() || done.stdout.trim()).split("\n").slice(-8).join("\n");
  throw new Error(`${argv.slice(0, 4).join(" ")} ended with status ${done.code}: ${said}`);
}

/** A process that cannot be confused with a later one of the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between the machine's start and the process's (field 22 of /proc/PID/stat). */
  readonly started: string;
}

/** The identity of a running process, or undefined when there is none or only its zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces and parentheses: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const started = fields[19];
    if (started === undefined || fields[0] === "Z" || fields[0] === "X") return undefined;
    return { pid, started };
  } catch {
    return undefined;
  }
}

/** Whether this very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/** The process whose pid and start a file notes, while it runs; undefined where there is none. */
export function noted(file: string): ProcessIdentity | undefined {
  try {
    const [pid, started] = readFileSync(file, "utf8").trim().split(" ");
    if (pid === undefined || started === undefined) return undefined;
    const identity = { pid: Number(pid), started };
    return isAlive(identity) ? identity : undefined;
  } catch {
    return undefined;
  }
}

/** Sends a signal to this very process; a process that is gone is no error. */
export function signal(identity: ProcessIdentity, number: NodeJS.Signals | number): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, number);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Direct children of a process, whichever of its threads started them. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
        .split(" ")
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
}

/** Asks every `everyMs` until the answer is true; false when `timeoutMs` have passed. */
export async function waitUntil(
  question: () => boolean | Promise<boolean>,
  timeoutMs: number,
  everyMs = 25,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    if (await question()) return true;
    if (performance.now() >= end) return false;
    await sleep(everyMs);
  }
}
