import type { DiffResult, PropertyDiffKind } from "../../emulator/handler";
import { equal, isMarked, isObject, isUnknownSecret, type Props } from "../../emulator/values";

type Kind = "ADD" | "DELETE" | "UPDATE";

/**
 * The verdict of Pulumi's Go provider framework: old inputs against new ones, member by member
 * except inside secrets, of which the marker is a part. A top-level property that replaces does so only when it is added, removed
 * or changed as a whole; of a changed element (`triggers[0]`) the framework says UPDATE, and the
 * SDK's own `replaceOnChanges` makes it a replacement.
 */
export function diffInputs(
  olds: Props,
  news: Props,
  rules: { readonly secret: readonly string[]; readonly replaces: readonly string[] },
): DiffResult {
  const kinds: Record<string, Kind> = {};
  for (const key of keysOf(olds, news)) {
    if (key === "version" || key.startsWith("__")) continue;
    if (rules.secret.includes(key)) compareWhole(key, olds[key], news[key], kinds);
    else compare(key, olds[key], news[key], kinds);
  }
  const detailed: Record<string, PropertyDiffKind> = {};
  for (const [path, kind] of Object.entries(kinds)) {
    detailed[path] = rules.replaces.includes(path) ? `${kind}_REPLACE` : kind;
  }
  const diffs = [...new Set(Object.keys(kinds).map((path) => /^[^.[]+/.exec(path)![0]))].sort();
  const replaces = Object.keys(kinds).filter((path) => rules.replaces.includes(path));
  return { changes: diffs.length > 0, replaces, diffs, detailed };
}

function keysOf(olds: Props, news: Props): string[] {
  return [...new Set([...Object.keys(olds), ...Object.keys(news)])].sort();
}

function compareWhole(path: string, old: unknown, wanted: unknown, kinds: Record<string, Kind>) {
  // Seen with `connection`: a secret of which nothing is known counts as what it was.
  if (old !== undefined && isUnknownSecret(wanted)) return;
  if (old === undefined && wanted === undefined) return;
  if (old === undefined) kinds[path] = "ADD";
  else if (wanted === undefined) kinds[path] = "DELETE";
  else if (!equal(old, wanted)) kinds[path] = "UPDATE";
}

function compare(path: string, old: unknown, wanted: unknown, kinds: Record<string, Kind>): void {
  if (Array.isArray(old) && Array.isArray(wanted)) {
    for (let index = 0; index < Math.max(old.length, wanted.length); index += 1) {
      compare(`${path}[${index}]`, old[index], wanted[index], kinds);
    }
  } else if (isObject(old) && isObject(wanted) && !isMarked(old) && !isMarked(wanted)) {
    for (const key of keysOf(old, wanted)) compare(`${path}.${key}`, old[key], wanted[key], kinds);
  } else {
    compareWhole(path, old, wanted, kinds);
  }
}
