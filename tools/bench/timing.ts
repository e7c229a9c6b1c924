import * as os from "node:os";
import { performance } from "node:perf_hooks";

/** A result and how long it took. */
export interface Timing<T> {
  readonly value: T;
  /** Wall time. */
  readonly ms: number;
  /** What all processors of this computer together were at work meanwhile, whoever asked for it. */
  readonly busyMs: number;
}

export async function timed<T>(action: () => Promise<T>): Promise<Timing<T>> {
  const [start, busy] = [performance.now(), busySoFar()];
  const value = await action();
  return { value, ms: performance.now() - start, busyMs: busySoFar() - busy };
}

function busySoFar(): number {
  const each = os.cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq);
  return each.reduce((sum, ms) => sum + ms, 0);
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
