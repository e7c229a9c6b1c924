/**
 * Property values as the engine writes them, on the wire, in event logs and in states: values that are
 * not known yet and secrets told apart from plain ones.
 *
 * Imports nothing, and the engine's marks stand here instead of being taken from `@pulumi/pulumi`: that
 * takes a quarter of a second to load, the policy pack loads this with every run, and of the seven ways to
 * write an unknown value it exports one. A test compares those that it has.
 */

/** A value that the engine does not know during a preview: it comes with the update. */
export const unknown: unique symbol = Symbol("unknown until the update");
export type Unknown = typeof unknown;
/** A value that is secret, and whose text was not taken along. */
export const secret: unique symbol = Symbol("secret");
export type Secret = typeof secret;

/** A property of a resource. */
export type Value = null | boolean | number | string | Unknown | Secret | readonly Value[] | Values;
export interface Values {
  readonly [key: string]: Value;
}

/** What lies at a path: `undefined` when nothing was given there. */
export type Found = Value | undefined;

/** Marks, in the engine's format, an object that stands for something else. */
export const signature = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
/** How the engine writes a value that is not known, by the value's type. */
export const unknowns: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Properties with their secrets opened, for what has to judge them. */
export interface Opened {
  readonly values: Values;
  /** Paths of secrets, as in `tags.key` or `rules[0]`; whatever lies below is secret too. */
  readonly secrets: readonly string[];
  /** The secrets' own text, so that no message repeats it. */
  readonly secretTexts: readonly string[];
}

/** Reads properties with their secrets opened. */
export function openedValues(raw: Readonly<Record<string, unknown>>): Opened {
  const secrets: string[] = [];
  const secretTexts: string[] = [];
  const open: Keeper = (sealed, path) => {
    secrets.push(path);
    const value = read(sealed, path, open);
    for (const leaf of leaves(value)) {
      if (typeof leaf.value === "string") secretTexts.push(leaf.value);
    }
    return value;
  };
  return { values: readFields(raw, "", open), secrets, secretTexts };
}

/**
 * Reads properties for those who only tell of them: no plain text of a secret is in what it returns.
 * `__defaults` and the like are the bridge's own book-keeping: left out.
 */
export function shutValues(raw: Readonly<Record<string, unknown>>): Values {
  return shut(readFields(raw, "", () => secret)) as Values;
}

function shut(value: Value): Value {
  // Event logs write a secret so where its mark is gone.
  if (value === "[secret]") return secret;
  if (isList(value)) return value.map(shut);
  if (!isValues(value)) return value;
  const told = Object.entries(value).filter(([key]) => !key.startsWith("__"));
  return Object.fromEntries(told.map(([key, field]) => [key, shut(field)]));
}

/** What becomes of a secret's content, found at a path. */
type Keeper = (sealed: unknown, path: string) => Value;

function read(raw: unknown, path: string, keep: Keeper): Value {
  if (typeof raw === "string") return unknowns.has(raw) ? unknown : raw;
  if (typeof raw === "number" || typeof raw === "boolean") return raw;
  if (typeof raw !== "object" || raw === null) return null;
  if (Array.isArray(raw)) return raw.map((entry, at) => read(entry, `${path}[${at}]`, keep));
  const fields = raw as Record<string, unknown>;
  return fields[signature] === secretSignature
    ? keep(fields["value"], path)
    : readFields(fields, path, keep);
}

function readFields(fields: Readonly<Record<string, unknown>>, path: string, keep: Keeper): Values {
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [
      key,
      read(field, path === "" ? key : `${path}.${key}`, keep),
    ]),
  );
}

/**
 * Reads a path such as `at(inputs, "versioningConfiguration", "status")`. Below an unknown value
 * everything is unknown, below a secret everything secret.
 */
export function at(value: Found, ...path: readonly (string | number)[]): Found {
  let found: Found = value;
  for (const key of path) {
    if (typeof found === "symbol") return found;
    if (isList(found)) found = typeof key === "number" ? found[key] : undefined;
    else if (isValues(found)) found = Object.hasOwn(found, key) ? found[key] : undefined;
    else return undefined;
  }
  return found;
}

/** The text at a path, undefined for anything else. */
export function textAt(value: Found, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: Found, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** The texts of a list; nothing for anything else. */
export function textsAt(value: Found, ...path: readonly (string | number)[]): readonly string[] {
  return entries(at(value, ...path)).filter((entry) => typeof entry === "string");
}

export function isList(value: Found): value is readonly Value[] {
  return Array.isArray(value);
}

export function isValues(value: Found): value is Values {
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
  } else if (isValues(value)) {
    for (const [key, entry] of Object.entries(value)) {
      yield* leaves(entry, path === "" ? key : `${path}.${key}`);
    }
  } else yield { path, value };
}

/** Whether two values are the same; an unknown one is never the same as anything. */
export function equal(a: Found, b: Found): boolean {
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
