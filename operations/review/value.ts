/**
 * Property values as an engine's events carry them, with secrets and unknown values told apart from
 * plain ones. No plain text of a secret ever becomes a `Value`.
 */
export const secret: unique symbol = Symbol("secret");
/** Known only after the update. */
export const unknown: unique symbol = Symbol("unknown until the update");

/** A symbol is `secret` or `unknown`. */
export type Value = null | boolean | number | string | symbol | readonly Value[] | Values;
export interface Values {
  readonly [key: string]: Value;
}

/** Marks, in the engine's format, an object that stands for something else. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
/** How the engine writes a value that is not known, by its type. */
const unknowns: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Reads a raw property. `__defaults` and the like are the bridge's own book-keeping: left out. */
export function valueOf(raw: unknown): Value {
  if (raw === undefined || raw === null) return null;
  if (typeof raw === "string")
    return unknowns.has(raw) ? unknown : raw === "[secret]" ? secret : raw;
  if (typeof raw === "number" || typeof raw === "boolean") return raw;
  if (Array.isArray(raw)) return raw.map(valueOf);
  if (typeof raw !== "object") return null;
  const fields = raw as Record<string, unknown>;
  if (fields[signature] === secretSignature) return secret;
  return valuesOf(fields);
}

export function valuesOf(fields: Readonly<Record<string, unknown>>): Values {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([key]) => !key.startsWith("__"))
      .map(([key, field]) => [key, valueOf(field)]),
  );
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isValues(value: Value | undefined): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What lies at a path, undefined when nothing does. */
export function at(
  value: Value | undefined,
  ...path: readonly (string | number)[]
): Value | undefined {
  return path.reduce<Value | undefined>((found, key) => {
    if (typeof key === "number") return isList(found) ? found[key] : undefined;
    return isValues(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }, value);
}

/** The text at a path, undefined for anything else. */
export function textAt(
  value: Value | undefined,
  ...path: readonly (string | number)[]
): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(
  value: Value | undefined,
  ...path: readonly (string | number)[]
): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** The texts of a list; nothing for anything else. */
export function textsAt(
  value: Value | undefined,
  ...path: readonly (string | number)[]
): readonly string[] {
  const found = at(value, ...path);
  return isList(found) ? found.filter((entry) => typeof entry === "string") : [];
}

/** Whether two values are the same; an unknown one is never the same as anything. */
export function equal(a: Value | undefined, b: Value | undefined): boolean {
  if (a === unknown || b === unknown) return false;
  if (isList(a) && isList(b))
    return a.length === b.length && a.every((entry, i) => equal(entry, b[i]));
  if (isValues(a) && isValues(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]))
    );
  }
  return a === b;
}
