/**
 * Property values as they cross the engine's gRPC boundary, and what providers do to them:
 * unknowns in previews are one fixed string, secrets are wrapped in a marked object.
 */

/** A JSON object of resource properties. */
export type Props = Record<string, unknown>;

/** The engine's marker for a value that a preview cannot know (`plugin.UnknownStringValue`). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
/** The marker of an output: without `value` it is unknown. */
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** True for a plain object, false for arrays, null and scalars. */
export function isObject(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True when the value, or anything inside it, is unknown. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

/** Equality of JSON values; the order of object keys does not matter, that of arrays does. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equal(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => equal(a[key], b[key]));
}

/** Marks a value as secret for the engine. */
export function secret(value: unknown): Props {
  return { [signatureKey]: secretSignature, value };
}

function isSecret(value: unknown): value is { value: unknown } {
  return isObject(value) && value[signatureKey] === secretSignature;
}

/** True for a value that bears the engine's marker of a secret or an output. */
export function isMarked(value: unknown): value is Props {
  return isObject(value) && signatureKey in value;
}

/** True for a secret of which a preview knows nothing at all. */
export function isUnknownSecret(value: unknown): boolean {
  if (!isMarked(value)) return false;
  return isSecret(value)
    ? value.value === UNKNOWN
    : value["secret"] === true && !("value" in value);
}

/** Removes secret markers at any depth; adds the top-level keys that held one to `found`. */
export function reveal(props: Props, found: Set<string> = new Set()): Props {
  const open = (value: unknown, key: string): unknown => {
    if (isSecret(value)) {
      found.add(key);
      return open(value.value, key);
    }
    if (isMarked(value) && value[signatureKey] === outputSignature) {
      if (value["secret"] === true) found.add(key);
      return "value" in value ? open(value["value"], key) : UNKNOWN;
    }
    if (Array.isArray(value)) return value.map((item) => open(item, key));
    if (isObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, open(v, key)]));
    }
    return value;
  };
  return Object.fromEntries(Object.entries(props).map(([key, value]) => [key, open(value, key)]));
}

/** Wraps the named top-level keys as secrets; null and absent values stay as they are. */
export function conceal(props: Props, keys: Iterable<string>): Props {
  const secretKeys = new Set(keys);
  return Object.fromEntries(
    Object.entries(props).map(([key, value]) =>
      secretKeys.has(key) && value !== null && value !== undefined
        ? [key, secret(value)]
        : [key, value],
    ),
  );
}

/** Drops `undefined` members, which a protobuf struct cannot hold. */
export function compact(props: Props): Props {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined));
}
