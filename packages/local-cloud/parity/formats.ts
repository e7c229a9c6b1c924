import { isObject, UNKNOWN } from "../emulator/values";
import { bookkeeping, isSecret, openSecret } from "./bookkeeping";

const patterns: readonly (readonly [RegExp, string | ((match: RegExpExecArray) => string)])[] = [
  [/^$/, "empty"],
  [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "uuid"],
  [/^([a-z]{2}-[a-z]{3}(-\d)?)\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "zone/uuid"],
  [/^c[0-9a-f]{8}$/, "c + 8 hex"],
  [/^[0-9a-f]{32}$/, "32 hex"],
  [/^[0-9a-f]{40}$/, "40 hex"],
  [/^\d+(\.\d+){3}$/, "ipv4"],
  [/^\d+(\.\d+){3}\/\d+$/, "ipv4 range"],
  [/^[0-9a-f]*:[0-9a-f:]*:[0-9a-f:]*\/\d+$/i, "ipv6 range"],
  [/^([0-9a-f]{1,2}:){15}[0-9a-f]{1,2}$/, "md5 fingerprint"],
  [/^[0-9a-f]*:[0-9a-f:]*:[0-9a-f]*$/i, "ipv6"],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/, instant],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} UTC$/, "timestamp in UTC, Go form"],
  [/^\d+$/, "digits"],
  [/^-----BEGIN ([A-Z0-9 ]+)-----/, (match) => `PEM ${match[1]}${trail(match.input)}`],
  [
    /^((?:ssh|ecdsa)-[a-z0-9-]+) [A-Za-z0-9+/=]+/,
    (match) => `${match[1]} key${trail(match.input)}`,
  ],
  [/^SHA256:[A-Za-z0-9+/]{43}$/, "sha256 fingerprint"],
  [/^arn:(aws[a-z-]*):([a-z0-9-]+):.*:(?:([a-z-]+)\/)?[^/:]*$/, (m) => `arn ${m[2]} ${m[3] ?? ""}`],
  [/^do:([a-z]+):/, (match) => `do:${match[1]}:…`],
  [/^([a-z]{1,8})-[0-9a-f]{8,17}$/, (match) => `${match[1]}- + hex`],
  [/^(AKIA|AIDA|AROA|AIPA)[A-Z0-9]{16,17}$/, (match) => `${match[1]}…`],
];

function instant(match: RegExpExecArray): string {
  return `timestamp${match[1] ? " with fraction" : ""}, ${match[2] === "Z" ? "Z" : "offset"}`;
}

function trail(text: string): string {
  return text.endsWith("\n") ? "" : " without newline";
}

/**
 * What a value looks like, without what it happens to be: `uuid`, `digits`, `ipv4`, `text`. Single words
 * such as `active` stand for themselves: they are states, not names.
 */
export function formatOf(value: unknown): string {
  if (value === undefined) return "absent";
  if (value === null) return "null";
  if (isSecret(value)) return formatOf(openSecret(value));
  if (Array.isArray(value)) {
    const formats = [...new Set(value.map(formatOf))].sort();
    return `[${formats.join(" | ")}]`;
  }
  if (isObject(value)) {
    const members = Object.entries(value)
      .filter(([key]) => !bookkeeping.includes(key))
      .map(([key, member]) => `${key}: ${formatOf(member)}`);
    return `{${members.sort().join(", ")}}`;
  }
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return "number";
  return formatOfText(String(value));
}

function formatOfText(text: string): string {
  if (text === UNKNOWN) return "unknown";
  for (const [pattern, name] of patterns) {
    const match = pattern.exec(text);
    if (match) return typeof name === "string" ? name : name(match);
  }
  return /^[a-z]{3,}$/.test(text) ? `"${text}"` : "text";
}
