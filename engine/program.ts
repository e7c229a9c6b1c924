import { spawn } from "node:child_process";
import * as os from "node:os";

/**
 * Running programs: the engine, git, npm, ssh. By hand, on `node:child_process`: execa does not load
 * beside tsx on Node 20, and smaller libraries bound no output and give no bytes.
 */

/** How a program ended. */
export interface Ended {
  /** Exit status; 128 + its number where a signal ended it, as a shell tells it. */
  readonly code: number;
  /** What it printed, as far as it was kept. */
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as it came. */
  readonly bytes: Buffer;
  /** Whether it was ended from here because it printed more than `limitBytes`. */
  readonly flooded: boolean;
}

/** Where a stream goes: it is kept, it goes where this process's own goes, or into an open file. */
type Sink = "keep" | "show" | "drop" | number;

/** How to run a program. */
export interface How {
  readonly cwd?: string;
  /** The whole environment; absent: this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads from standard input; absent: nothing. */
  readonly input?: string;
  /** It has this process's terminal: all three streams. */
  readonly terminal?: boolean;
  /** Kept unless said otherwise. */
  readonly stdout?: Sink;
  readonly stderr?: Sink;
  /** Bytes of one stream that are kept: at more, the program is ended. */
  readonly limitBytes?: number;
  /** Ends the program when it is aborted. */
  readonly signal?: AbortSignal;
  /** What ends it; SIGTERM unless said otherwise. After SIGKILL nobody waits for what it started. */
  readonly by?: NodeJS.Signals;
  /** A process group of its own: a terminal's Ctrl-C does not reach it. */
  readonly apart?: boolean;
  /** Told standard output as it comes. */
  readonly onStdout?: (chunk: Buffer) => void;
  /** Told standard error as it comes. */
  readonly onStderr?: (chunk: Buffer) => void;
  /** false: what it says is told and not kept, however much it is. */
  readonly keep?: boolean;
}

/**
 * Runs a program without a shell to its end. Never throws for how it ends; throws the system's error
 * where it cannot be started, `ENOENT` where there is none.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  how: How = {},
): Promise<Ended> {
  const { input, signal, by = "SIGTERM" } = how;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...(how.cwd === undefined ? {} : { cwd: how.cwd }),
      ...(how.env === undefined ? {} : { env: how.env }),
      stdio: how.terminal
        ? "inherit"
        : [input === undefined ? "ignore" : "pipe", stdio(how.stdout), stdio(how.stderr)],
      detached: how.apart === true,
    });
    let flooded = false;
    const end = () => {
      child.kill(by);
      // Whatever it started may hold the pipes and go on talking.
      if (by === "SIGKILL") for (const each of [child.stdout, child.stderr]) each?.destroy();
    };
    const keep = (stream: NodeJS.ReadableStream | null, told?: How["onStdout"]): Buffer[] => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      stream?.on("data", (chunk: Buffer) => {
        if ((bytes += chunk.length) > (how.limitBytes ?? Infinity)) {
          flooded = true;
          end();
        } else {
          if (how.keep !== false) chunks.push(chunk);
          told?.(chunk);
        }
      });
      return chunks;
    };
    const [out, err] = [keep(child.stdout, how.onStdout), keep(child.stderr, how.onStderr)];
    if (signal?.aborted) end();
    signal?.addEventListener("abort", end, { once: true });
    // A program that does not read its input closes the pipe; its status tells the story.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
    child.on("error", reject);
    child.on("close", (status, ended) => {
      signal?.removeEventListener("abort", end);
      const bytes = Buffer.concat(out);
      const stderr = Buffer.concat(err).toString("utf8");
      const code = status ?? 128 + (ended === null ? 0 : os.constants.signals[ended]);
      resolve({ code, stdout: bytes.toString("utf8"), stderr, bytes, flooded });
    });
  });
}

function stdio(sink: Sink = "keep"): "pipe" | "inherit" | "ignore" | number {
  if (typeof sink === "number") return sink;
  return ({ keep: "pipe", show: "inherit", drop: "ignore" } as const)[sink];
}

/**
 * Does work that is to end early when somebody asks this process to end: by Ctrl-C, by SIGTERM or by
 * closing the terminal.
 */
export async function untilAsked<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const asks = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const ask of asks) process.on(ask, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const ask of asks) process.off(ask, stop);
  }
}
