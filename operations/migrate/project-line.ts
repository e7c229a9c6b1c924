import { isMap, isScalar, parseDocument, type Pair, type Scalar, type YAMLMap } from "yaml";

import { Refusal } from "../ground/usage";

/** A line of a project's entry in a stack file, or its absence. */
export interface ProjectLine {
  readonly slug: string;
  readonly key: "servedBy" | "migration";
  /** Absent: the line is taken out. */
  readonly value?: string | { readonly to: string };
}

/**
 * A stack file's text with one line of a project written, changed or taken out; everything else stays as it is, byte by
 * byte. Throws a `Refusal` where the file's form does not let it be one line. `file` is its name, for that.
 */
export function withLine(text: string, line: ProjectLine, file: string): string {
  const { slug, key, value } = line;
  const written = value === undefined ? undefined : `${key}: ${shown(value)}`;
  const byHand = new Refusal(
    `${file}: the entry of ${slug} cannot be changed by one line; ${written ? `write \`${written}\` there` : `take ${key} out`} by hand, then run the same command again`,
  );
  const project = projectIn(text, slug);
  const [first] = project?.items ?? [];
  if (project === undefined || project.flow === true || first === undefined) throw byHand;
  const lines = text.split("\n");
  const found = project.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
  if (found !== undefined) {
    const at = lineOf(text, found);
    const many = endOf(text, found) - at;
    lines.splice(at, many, ...(written === undefined ? [] : [`${indentOf(lines[at]!)}${written}`]));
  } else if (written !== undefined) {
    const indent = indentOf(lines[lineOf(text, first)]!);
    lines.splice(endOf(text, project.items.at(-1)!), 0, `${indent}${written}`);
  }
  const changed = lines.join("\n");
  if (!isAlone(text, changed, line)) throw byHand;
  return changed;
}

function shown(value: string | { readonly to: string }): string {
  return typeof value === "string" ? value : `{ to: ${value.to} }`;
}

function lineOf(text: string, pair: Pair): number {
  return text.slice(0, (pair.key as Scalar).range?.[0] ?? 0).split("\n").length - 1;
}

/** The number of the line after an entry. */
function endOf(text: string, pair: Pair): number {
  const range = (pair.value as Scalar | YAMLMap | null)?.range ?? (pair.key as Scalar).range;
  return text
    .slice(0, range?.[1] ?? 0)
    .trimEnd()
    .split("\n").length;
}

function indentOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

/** Whether nothing but that value differs: what a text looks like and what it means are two things. */
function isAlone(before: string, after: string, { slug, key, value }: ProjectLine): boolean {
  const wanted = parseDocument(before);
  const at = [...pathIn(before), slug, key];
  if (value === undefined) wanted.deleteIn(at);
  else wanted.setIn(at, value);
  return meaning(wanted.toJS()) === meaning(parseDocument(after).toJS());
}

/** A value as text in which the order of keys does not count. */
function meaning(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

function projectIn(text: string, slug: string): YAMLMap | undefined {
  const found = parseDocument(text).getIn([...pathIn(text), slug]);
  return isMap(found) ? found : undefined;
}

/** Where a file has its projects: the engine reads either key as the same. */
function pathIn(text: string): string[] {
  const config = parseDocument(text).get("config");
  const keys = isMap(config) ? config.items.map((pair) => String((pair.key as Scalar).value)) : [];
  return ["config", keys.find((key) => /^berth:(config:)?projects$/.test(key)) ?? "berth:projects"];
}
