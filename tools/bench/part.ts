import * as os from "node:os";

/** What a part of the bench works with. */
export interface Bench {
  /** Tells a figure, or what is being measured, as soon as it is known. */
  readonly say: (line: string) => void;
  /** Aborted when a person stops the bench: a part then clears what it made, and rejects. */
  readonly signal: AbortSignal;
  /** Numbers of nodes or hosts in the place of the usual ones; never empty. */
  readonly sizes?: readonly number[];
}

/** Something that is measured, alone or with others. */
export interface Part {
  /** What is compared with what, in a line. */
  readonly measures: string;
  /** Resolves to the figures, for `--json`. */
  readonly run: (bench: Bench) => Promise<object>;
}

/**
 * The work's result, or an error as soon as the bench is stopped, so that a `finally` clears what the
 * work had made. For work that is not told of the signal: what of it is still under way ends by itself
 * then, its ground is gone.
 */
export async function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop: () => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(new Error("stopped"));
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** `1.23 s`, as wide as any other. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2).padStart(7)} s`;
}

/** A figure with its name in front, and behind it how busy this computer was (one minute). */
export function figure(name: string, value: string): string {
  return `${name.padEnd(46)} ${value.padEnd(28)} load ${os.loadavg()[0]!.toFixed(1)}`;
}
