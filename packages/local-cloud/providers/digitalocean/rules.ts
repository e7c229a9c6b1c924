import type { Subject } from "../../emulator/handler";
import { snake } from "../../emulator/check";
import { equal, isObject, UNKNOWN, type Props } from "../../emulator/values";

/** Refuses "" in a text or a list of texts. */
export function notEmpty(value: unknown, subject: Subject, place: string): string | undefined {
  const name = snake(place);
  if (value === "" || value === 0) {
    return `${name} must not be empty, got ${String(value)}. Examine values at '${subject.name}.${place}'.`;
  }
  const empty = Array.isArray(value) ? value.indexOf("") : -1;
  return empty < 0
    ? undefined
    : `${name}.${empty} must not be empty, got . Examine values at '${subject.name}.${place}'.`;
}

/** Refuses tags that DigitalOcean cannot take. Upper case passes, whatever the text says. */
export function validTags(value: unknown, subject: Subject, place: string): string | undefined {
  const tags = Array.isArray(value) ? value : [];
  return tags.every((tag) => tag === UNKNOWN || /^[a-zA-Z0-9:\-_]{1,255}$/.test(String(tag)))
    ? undefined
    : `tags may contain lowercase letters, numbers, colons, dashes, and underscores; there is a limit of 255 characters per tag. Examine values at '${subject.name}.${place}'.`;
}

/** Refuses what is no IPv4 address. */
export function isIpv4(value: unknown, subject: Subject, place: string): string | undefined {
  const parts = String(value).split(".");
  const fine = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && +part < 256);
  return fine
    ? undefined
    : `expected ${snake(place)} to contain a valid IPv4 address, got: ${String(value)}. Examine values at '${subject.name}.${place}'.`;
}

/** Refuses a text that is too long, in Terraform's words. */
export const lengthBetween =
  (least: number, most: number) =>
  (value: unknown, subject: Subject, place: string): string | undefined => {
    const length = String(value).length;
    return length >= least && length <= most
      ? undefined
      : `expected length of ${snake(place)} to be in the range (${least} - ${most}), got ${String(value)}. Examine values at '${subject.name}.${place}'.`;
  };

/** Whether two lists hold the same members in any order: Terraform's sets, which null equals []. */
export function sameSet(state: unknown, input: unknown): boolean {
  if (input === UNKNOWN) return false;
  const [a, b] = [members(state), members(input)];
  return a.length === b.length && a.every((item, index) => equal(item, b[index]));
}

function members(value: unknown): unknown[] {
  const list = Array.isArray(value) ? value : [];
  return list.map(significant).sort((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1));
}

/** A member of a set of objects without what only the bridge or the cloud adds. */
function significant(value: unknown): unknown {
  if (!isObject(value)) return value;
  const entries = Object.entries(value)
    .filter(([key, member]) => key !== "__defaults" && !isVoid(member))
    .map(([key, member]) => [key, Array.isArray(member) ? members(member) : member] as const)
    .sort(([x], [y]) => (x < y ? -1 : 1));
  return Object.fromEntries(entries);
}

function isVoid(value: unknown): boolean {
  return value === null || value === undefined || value === "" || equal(value, []);
}

/**
 * Optional sets of scalars as Terraform's state has them: in their own order, and nothing for an
 * empty one, unless it was ever filled.
 */
export function asSets(outputs: Props, olds: Props | undefined, keys: readonly string[]): Props {
  const settled = keys.map((key) => {
    const value = outputs[key];
    if (Array.isArray(value) && value.length > 0) return [key, sorted(value)];
    if (value === UNKNOWN) return [key, value];
    return [key, isVoid(olds?.[key]) && !Array.isArray(olds?.[key]) ? null : []];
  });
  return { ...outputs, ...Object.fromEntries(settled) };
}

/** Sets of blocks, which a state never lacks: in the order of their members' values. */
export function asBlocks(outputs: Props, keys: readonly string[]): Props {
  const settled = keys.map((key) => {
    const value = outputs[key] ?? [];
    return [key, Array.isArray(value) ? sorted(value) : value];
  });
  return { ...outputs, ...Object.fromEntries(settled) };
}

function sorted(list: readonly unknown[]): unknown[] {
  const weight = (value: unknown): string =>
    isObject(value)
      ? JSON.stringify(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)))
      : JSON.stringify(value);
  return [...list].sort((a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : weight(a) < weight(b) ? -1 : 1,
  );
}
