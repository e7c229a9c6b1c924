import { isMap, isScalar, parseDocument, type Pair, type YAMLMap } from "yaml";

import { differsIn, endOf, indentOf, lineOf } from "./yaml-lines";

/** A line that a file shall have: where, its text, and the value that this text means. */
export interface Entry {
  /** Keys from the file's root, the line's own last. */
  readonly path: readonly string[];
  readonly line: string;
  readonly value: unknown;
}

/**
 * A file's text with an entry in the place of a former one, in the block that it belongs to, or with the blocks round it
 * that are missing; every other byte stays. Throws `byHand` where the file's form does not let it be lines of its own.
 */
export function withEntry(text: string, { path, line, value }: Entry, byHand: Error): string {
  const lines = text.split("\n");
  const document = parseDocument(text);
  for (let depth = path.length - 1; depth > 0; depth -= 1) {
    const map = document.getIn(path.slice(0, depth));
    if (map === undefined) continue;
    if (!isMap(map) || map.flow === true) throw byHand;
    const [first] = map.items;
    if (first === undefined) throw byHand;
    const own = indentOf(lines[lineOf(text, first)]!);
    const former = entryOf(map, path[depth]!);
    if (former !== undefined && depth < path.length - 1) throw byHand;
    if (former !== undefined) {
      const at = lineOf(text, former);
      lines.splice(at, endOf(text, former) - at, `${own}${line}`);
    } else {
      const added = [...path.slice(depth, -1).map((name) => `${name}:`), line];
      const block = added.map((each, deeper) => `${own}${"  ".repeat(deeper)}${each}`);
      lines.splice(endOf(text, map.items.at(-1)!), 0, ...block);
    }
    const changed = lines.join("\n");
    // What a text looks like and what it means are two things.
    if (!differsIn(text, changed, path, value)) throw byHand;
    return changed;
  }
  throw byHand;
}

/** The same without the entry, and without the blocks round it that said nothing else: empty, they would be none. */
export function withoutEntry(text: string, path: readonly string[], byHand: Error): string {
  const document = parseDocument(text);
  let depth = path.length - 1;
  const mapAt = (length: number) => document.getIn(path.slice(0, length)) as YAMLMap;
  while (depth > 1 && mapAt(depth).items.length === 1) depth -= 1;
  const map = mapAt(depth);
  const former = entryOf(map, path[depth]!);
  if (former === undefined || map.flow === true) throw byHand;
  const lines = text.split("\n");
  const at = lineOf(text, former);
  lines.splice(at, endOf(text, former) - at);
  const changed = lines.join("\n");
  if (!differsIn(text, changed, path.slice(0, depth + 1), undefined)) throw byHand;
  return changed;
}

function entryOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === name);
}
