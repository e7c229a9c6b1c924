import { isMap, isScalar, parseDocument, type YAMLMap } from "yaml";

import { Refusal } from "../ground/usage";
import { configKey, differsIn, endOf, indentOf, lineOf } from "../ground/yaml-lines";

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
  // What a text looks like and what it means are two things.
  if (!differsIn(text, changed, [...pathIn(text), slug, key], value)) throw byHand;
  return changed;
}

function shown(value: string | { readonly to: string }): string {
  return typeof value === "string" ? value : `{ to: ${value.to} }`;
}

function projectIn(text: string, slug: string): YAMLMap | undefined {
  const found = parseDocument(text).getIn([...pathIn(text), slug]);
  return isMap(found) ? found : undefined;
}

/** Where a file has its projects. */
function pathIn(text: string): string[] {
  return ["config", configKey(text, "projects")];
}
