/** A value that the engine does not know during a preview: it comes with the update. */
export const unknown: unique symbol = Symbol("unknown until the update");
export type Unknown = typeof unknown;

/** A property of a resource as the engine hands it over, with secrets unwrapped. */
export type Value = null | boolean | number | string | Unknown | readonly Value[] | ValueMap;
export interface ValueMap {
  readonly [key: string]: Value;
}

/** What lies at a path: `undefined` when nothing was given there. */
export type Found = Value | undefined;

/**
 * Reads a path such as `at(inputs, "versioningConfiguration", "status")`. Below an unknown value
 * everything is unknown.
 */
export function at(value: Found, ...path: readonly (string | number)[]): Found {
  let found: Found = value;
  for (const key of path) {
    if (found === unknown) return unknown;
    if (isList(found)) found = typeof key === "number" ? found[key] : undefined;
    else if (isMap(found)) found = found[key];
    else return undefined;
  }
  return found;
}

export function isList(value: Found): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Found): value is ValueMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list's entries; nothing for anything else. A list may be known and some entries not. */
export function entries(value: Found): readonly Value[] {
  return isList(value) ? value : [];
}

/** The strings of a list; `unknown` when the list or any entry is. */
export function strings(value: Found): readonly string[] | Unknown {
  if (value === unknown || entries(value).includes(unknown)) return unknown;
  return entries(value).filter((entry) => typeof entry === "string");
}

/** Every leaf with its path, as in `inboundRules[0].portRange`. */
export function* leaves(value: Found, path = ""): Generator<{ path: string; value: Value }> {
  if (value === undefined) return;
  if (isList(value)) {
    for (const [index, entry] of value.entries()) yield* leaves(entry, `${path}[${index}]`);
  } else if (isMap(value)) {
    for (const [key, entry] of Object.entries(value)) {
      yield* leaves(entry, path === "" ? key : `${path}.${key}`);
    }
  } else yield { path, value };
}
