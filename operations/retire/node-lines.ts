import { isMap, isScalar, parseDocument, stringify, type YAMLMap } from "yaml";

import { Refusal } from "../ground/usage";
import { configKey, differsIn } from "../migrate/yaml-lines";

/** The permission that lets a machine leave its stack. */
export interface Retired {
  readonly since: string;
  readonly snapshot: string;
  readonly remove: true;
}

/**
 * A stack file's text with `retired` for a node; everything else stays byte by byte. Throws a `Refusal` with what to
 * write by hand where the file's form does not let it be lines of their own. `file` is its name, for that.
 */
export function withRetired(text: string, node: string, retired: Retired, file: string): string {
  const line = `retired: ${stringify(retired, { collectionStyle: "flow", lineWidth: 0 }).trim()}`;
  const byHand = new Refusal(
    `${file}: the entry of ${node} cannot be changed by lines of their own; write \`${line}\` into berth:nodes.${node} by hand, then run the same command again`,
  );
  const document = parseDocument(text);
  const config = document.get("config");
  if (!isMap(config) || config.flow === true) throw byHand;
  const key = configKey(text, "nodes");
  const nodes = config.get(key);
  const entry = isMap(nodes) ? nodes.get(node) : undefined;
  const lines = text.split("\n");
  const insert = (map: YAMLMap, ...more: readonly ((indent: string) => string)[]) => {
    if (map.flow === true || map.items.length === 0) throw byHand;
    const [first] = map.items;
    const start = isScalar(first!.key) ? first!.key.range![0] : 0;
    const indent = /^\s*/.exec(lines[lineAt(text, start)]!)![0];
    const end = lineAt(text.trimEnd(), Math.min(map.range![1], text.trimEnd().length) - 1);
    lines.splice(lastOf(lines, end) + 1, 0, ...more.map((each) => each(indent)));
  };
  if (isMap(entry)) {
    if (entry.has("retired")) throw byHand;
    insert(entry, (indent) => `${indent}${line}`);
  } else if (isMap(nodes)) {
    if (nodes.has(node)) throw byHand;
    insert(
      nodes,
      (indent) => `${indent}${node}:`,
      (indent) => `${indent}  ${line}`,
    );
  } else {
    if (config.has(key)) throw byHand;
    insert(
      config,
      (indent) => `${indent}${key}:`,
      (indent) => `${indent}  ${node}:`,
      (indent) => `${indent}    ${line}`,
    );
  }
  const changed = lines.join("\n");
  // What a text looks like and what it means are two things.
  if (!differsIn(text, changed, ["config", key, node, "retired"], { ...retired })) throw byHand;
  return changed;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, Math.max(0, offset)).split("\n").length - 1;
}

/** A map's range ends behind the comments and empty lines that follow it. */
function lastOf(lines: readonly string[], end: number): number {
  let at = end;
  while (at > 0 && /^\s*(#.*)?$/.test(lines[at] ?? "")) at--;
  return at;
}
