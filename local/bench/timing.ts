import { performance } from "node:perf_hooks";

/** A result and how long it took, wall time. */
export interface Timing<T> {
  readonly value: T;
  readonly ms: number;
}

export async function timed<T>(action: () => Promise<T>): Promise<Timing<T>> {
  const start = performance.now();
  const value = await action();
  return { value, ms: performance.now() - start };
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
