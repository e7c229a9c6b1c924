/** Tells a person what a longer piece of work is at. */
export type Say = (line: string) => void;

/** Writes progress, under a program's name, where it does not mix with a command's own output. */
export const sayAs =
  (name: string): Say =>
  (line) =>
    process.stderr.write(`${name}: ${line}\n`);

/** In the package's own name; programs that use the package speak in theirs. */
export const sayOnStderr: Say = sayAs("local-cloud");

/** `42s`, `3m07s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
}

/**
 * Does `work` and says every so often, with the time so far, that it is still at it; `how` adds how far
 * it has come.
 */
export async function withProgress<T>(
  say: Say,
  what: string,
  work: () => Promise<T>,
  { everyMs = 15_000, how = () => "" }: { everyMs?: number; how?: () => string } = {},
): Promise<T> {
  const started = Date.now();
  say(what);
  const still = () => say(`${what}, ${duration(Date.now() - started)}${how()}`);
  const tick = setInterval(still, everyMs);
  try {
    const result = await work();
    say(`${what}: done in ${duration(Date.now() - started)}`);
    return result;
  } finally {
    clearInterval(tick);
  }
}
