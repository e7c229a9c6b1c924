import { isMap, parseDocument, type Pair, type Scalar, type YAMLMap } from "yaml";

/** Where an entry begins in a file's text: the number of its line, counted from 0. */
export function lineOf(text: string, pair: Pair): number {
  return text.slice(0, (pair.key as Scalar).range?.[0] ?? 0).split("\n").length - 1;
}

/** The number of the line after an entry. */
export function endOf(text: string, pair: Pair): number {
  const range = (pair.value as Scalar | YAMLMap | null)?.range ?? (pair.key as Scalar).range;
  return text
    .slice(0, range?.[1] ?? 0)
    .trimEnd()
    .split("\n").length;
}

export function indentOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

/** Whether a text means nothing but what another one means with one value put, or (`undefined`) taken out. */
export function differsIn(
  before: string,
  after: string,
  at: readonly string[],
  value: unknown,
): boolean {
  const wanted = parseDocument(before);
  if (value === undefined) wanted.deleteIn(at);
  else wanted.setIn(at, value);
  return meaning(wanted.toJS()) === meaning(parseDocument(after).toJS());
}

/** The key under which a file's configuration has something of Berth's: the engine reads either form as the same. */
export function configKey(text: string, name: string): string {
  const config = parseDocument(text).get("config");
  const keys = isMap(config) ? config.items.map((pair) => String((pair.key as Scalar).value)) : [];
  const known = [`berth:${name}`, `berth:config:${name}`];
  return keys.find((key) => known.includes(key)) ?? known[0]!;
}

/** A value as text in which the order of keys does not count. */
function meaning(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
