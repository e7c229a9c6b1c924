import { isObject, reveal, UNKNOWN, type Props } from "../emulator/values";

/** Outputs that only the real plugins' own machinery reads; never compared. */
export const bookkeeping: readonly string[] = ["__meta", "__pulumi_raw_state_delta"];

/** True for a value wrapped in the engine's secret marker. */
export function isSecret(value: unknown): value is Props {
  return isObject(value) && "4dabf18193072939515e22adb298388d" in value;
}

/** What a secret marker wraps. */
export function openSecret(value: unknown): unknown {
  return isSecret(value) ? value["value"] : value;
}

/** Properties without secret markers and bookkeeping, at any depth. */
export function plain(props: Props): Props {
  return withoutBookkeeping(reveal(props)) as Props;
}

function withoutBookkeeping(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutBookkeeping);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !bookkeeping.includes(key))
      .map(([key, member]) => [key, withoutBookkeeping(member)]),
  );
}

/** A value as the report shows it: JSON with sorted keys, unknowns by name. */
export function show(value: unknown): string {
  if (value === undefined) return "absent";
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (value === UNKNOWN) return "<unknown>";
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/**
 * An error text without what differs from run to run: API hosts and ports, the engine's part of a
 * urn, numbers of objects in brackets or paths, uuids.
 */
export function normalError(text: string): string {
  return text
    .replace(/https?:\/\/[^/\s"']+/g, "http://API")
    .replace(/urn:(?:pulumi:[^\s:]+::[^\s:]+::)?(?:[^\s]*\$)?(\w+:[\w/]+:\w+::[\w.-]+)/g, "urn:$1")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uuid>")
    .replace(/\b[0-9a-f]{32}\b/g, "<32 hex>")
    .replace(/([(/])\d{4,}\b/g, "$1<number>")
    .trim();
}
