import { isMapping } from "../fleet/mapping";
import type { Problem } from "../fleet/problem";
import { placeOf } from "../fleet/show";

/**
 * Where the engine was given something else for a stack than the stack's file holds: by `-c`, by
 * `--config-file`, by an environment, or because the two read a value differently. Every command and
 * every host stack reads the file, so a deployment of anything else is refused. Values are not shown.
 */
export function differencesOf(
  stack: string,
  engine: Readonly<Record<string, unknown>>,
  file: Readonly<Record<string, unknown>> = {},
): Problem[] {
  return differing(engine, file, []).map((path) => ({
    path: placeOf(path, `Pulumi.${stack}.yaml`),
    message: "is not what the engine was given for it",
    fix: "declare it in the file alone, without -c, --config-file and environments",
  }));
}

function differing(
  one: unknown,
  other: unknown,
  path: readonly PropertyKey[],
): (readonly PropertyKey[])[] {
  if (isMapping(one) && isMapping(other)) {
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
    return keys.flatMap((key) => differing(field(one, key), field(other, key), [...path, key]));
  }
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return one.flatMap((item, index) => differing(item, other[index], [...path, index]));
  }
  return Object.is(one, other) ? [] : [path];
}

/** A key that is there and empty differs from one that is absent. */
function field(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
