import { differencesOf } from "./stack-file/one-reading";
import { exposure } from "./placement/exposure";
import { oldPrices } from "./placement/old-prices";
import type { ResolvedFleet } from "./placement/resolved";
import { parseFleet } from "./stack-file/parse";
import { ConfigError, type FileOf } from "./fleet/problem";
import { readStackFiles, type StackConfig } from "./stack-file/stack-files";

/** What the stack at hand declares, and where. */
export interface Declared {
  readonly fleet: ResolvedFleet;
  /** The file that a problem's place stands in. */
  readonly fileOf: FileOf;
  /** What nobody must act upon now, a sentence each: stray files of other stacks, old prices, open doors. */
  readonly warnings: readonly string[];
}

/**
 * Reads the stack files of `directory` and the fleet that `stack` declares there; `config` is what the
 * engine was given for it. Throws a `ConfigError` with every problem, also where the two differ.
 */
export function readDeclared(
  directory: string,
  { stack, config, now }: { stack: string; config: StackConfig; now: Date },
): Declared {
  const { stacks: stackFiles, unreadable, fileOf: fileIn } = readStackFiles(directory);
  const differences = stack in unreadable ? [] : differencesOf(stack, config, stackFiles[stack]);
  if (differences.length > 0) throw new ConfigError(differences);
  const fileOf = fileIn(stack);
  const fleet = parseFleet({ stack, config, stackFiles, unreadable, fileOf }, now);
  const strays = Object.values(unreadable).flat();
  const told = strays.map(({ path, message }) => `${path}: ${message}; other stacks go on`);
  return { fleet, fileOf, warnings: [...told, ...exposure(fleet, now), ...oldPrices(fleet, now)] };
}
