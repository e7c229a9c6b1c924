import { printable } from "../../ground/printable";
import type { Change, Fate } from "../../../engine/preview";
import { hidden, isHidden } from "../redact";
import {
  equal,
  isList,
  isValues,
  secret,
  unknown,
  type Found,
  type Value,
} from "../../../engine/values";

/** One line of a diff. */
export interface DiffLine {
  readonly sign: "+" | "-" | " ";
  readonly text: string;
}

/** The signs people know from the engine's own output. */
export const fateSigns: Readonly<Record<Fate, string>> = {
  create: "+",
  delete: "-",
  update: "~",
  replace: "+-",
  import: "=",
  same: " ",
  read: ">",
};

/** Longest text of a value, in characters. */
const valueLimit = 160;
/** Changed lines shown of a long text, such as a script. */
const textLimit = 12;

/** What differs in one resource's inputs, by path. Secrets are never shown, only that they are. */
export function diffOf({ before, after, fate }: Change): readonly DiffLine[] {
  if (fate === "delete") return [];
  return compare("", before?.inputs ?? {}, after?.inputs ?? {});
}

function compare(path: string, was: Value | undefined, will: Value | undefined): DiffLine[] {
  if (was !== undefined && will !== undefined && equal(was, will)) return [];
  const parts = children(was, will);
  if (parts) {
    return parts.flatMap((key) =>
      compare(joined(path, key), childOf(was, key), childOf(will, key)),
    );
  }
  if (typeof was === "string" && typeof will === "string" && /\n/.test(was + will)) {
    return longText(path, was, will);
  }
  return [
    ...(was === undefined || was === null ? [] : [line("-", path, was)]),
    ...(will === undefined || will === null ? [] : [line("+", path, will)]),
  ];
}

/** Keys to go into, when both sides (as far as they exist) are of one kind. */
function children(
  was: Value | undefined,
  will: Value | undefined,
): readonly (string | number)[] | undefined {
  const sides: readonly Found[] = [was, will];
  const some = sides.filter((value) => value !== undefined && value !== null);
  const groups = some.filter(isValues);
  const lists = some.filter(isList);
  if (groups.length > 0 && groups.length === some.length) {
    return [...new Set(groups.flatMap((value) => Object.keys(value)))].sort();
  }
  if (lists.length > 0 && lists.length === some.length) {
    return Array.from({ length: Math.max(...lists.map((value) => value.length)) }, (_, i) => i);
  }
  return undefined;
}

function childOf(value: Value | undefined, key: string | number): Value | undefined {
  if (isList(value) && typeof key === "number") return value[key];
  if (isValues(value) && typeof key === "string" && Object.hasOwn(value, key)) return value[key];
  return undefined;
}

function joined(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}

function line(sign: "+" | "-", path: string, value: Value): DiffLine {
  return { sign, text: `${printable(path)}: ${shown(path, value)}` };
}

function shown(path: string, value: Value): string {
  if (value === secret) return "(secret)";
  if (value === unknown) return "(known after the update)";
  if (isList(value) || isValues(value)) {
    return Object.keys(value).length === 0 ? (isList(value) ? "[]" : "{}") : "…";
  }
  if (typeof value !== "string") return String(value);
  if (isHidden(path, value)) return hidden;
  const text = printable(value);
  return JSON.stringify(text.length > valueLimit ? `${text.slice(0, valueLimit)}…` : text);
}

/** Of a text of many lines only those that are new or gone. */
function longText(path: string, was: string, will: string): DiffLine[] {
  const head: DiffLine = {
    sign: " ",
    text: `${printable(path)}: a text of ${lines(will).length} lines changes`,
  };
  if (isHidden(path, "")) return [head];
  const [old, fresh] = [new Set(lines(was)), new Set(lines(will))];
  const changed: DiffLine[] = [
    ...[...old].filter((text) => !fresh.has(text)).map((text) => ({ sign: "-" as const, text })),
    ...[...fresh].filter((text) => !old.has(text)).map((text) => ({ sign: "+" as const, text })),
  ].map(({ sign, text }) => ({
    sign,
    text: `  ${isHidden("", text) ? hidden : printable(text).slice(0, valueLimit)}`,
  }));
  const rest = changed.length - textLimit;
  return [
    head,
    ...changed.slice(0, textLimit),
    ...(rest > 0 ? [{ sign: " " as const, text: `  … and ${rest} lines more` }] : []),
  ];
}

function lines(text: string): readonly string[] {
  return text.split("\n").filter((entry) => entry.trim() !== "");
}
