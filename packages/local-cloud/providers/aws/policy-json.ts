import { equal, isObject, UNKNOWN } from "../../emulator/values";

/**
 * Whether two policy documents mean the same: order of keys, of statements' lists and the choice
 * between one value and a list of one do not matter to AWS, nor to the provider's diff.
 */
export function samePolicy(a: unknown, b: unknown): boolean {
  if (a === UNKNOWN || b === UNKNOWN) return false;
  const left = parse(a);
  const right = parse(b);
  if (left === undefined || right === undefined) return a === b;
  return equal(canonical(left), canonical(right));
}

/** Why a text is no policy; undefined when it is one. The provider's wording. */
export function refusePolicy(value: unknown): string | undefined {
  if (value === UNKNOWN || typeof value !== "string") return undefined;
  return parse(value) === undefined
    ? `"policy" contains an invalid JSON policy: not a JSON object`
    : undefined;
}

/** The document as the provider keeps it in state: keys sorted, no space. */
export function normalPolicy(value: unknown): unknown {
  const document = parse(value);
  return document === undefined ? value : JSON.stringify(sorted(document));
}

function parse(value: unknown): unknown {
  if (typeof value !== "string") return undefined;
  try {
    const document: unknown = JSON.parse(value);
    return isObject(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

function canonical(value: unknown, key = ""): unknown {
  if (key === "Statement" || ["Action", "NotAction", "Resource", "NotResource"].includes(key)) {
    const items = (Array.isArray(value) ? value : [value]).map((item) => canonical(item));
    return items.map((item) => JSON.stringify(sorted(item))).sort();
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item));
    return items.length === 1 ? items[0] : items.map((item) => JSON.stringify(sorted(item))).sort();
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, canonical(member, name)]),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
