import { isMap, isScalar, parseDocument, type Pair, type YAMLMap } from "yaml";

import { Refusal } from "../ground/usage";
import { configKey, differsIn, endOf, indentOf, lineOf } from "./yaml-lines";

const key = "visitorsFrom";

/** Who leads visitors to a node. */
export interface Leaders {
  readonly node: string;
  /** Addresses; none: the line is taken out, and the node's entry with it where it said nothing else. */
  readonly from: readonly string[];
}

/**
 * A stack file's text in which a node lets in these machines at the web's ports; everything else stays as it is, byte by
 * byte. Throws a `Refusal` where the file's form does not let it be a line of its own. `file` is its name, for that.
 */
export function withLeaders(text: string, { node, from }: Leaders, file: string): string {
  const nodes = configKey(text, "nodes");
  const written = from.length === 0 ? undefined : `${key}: [${from.join(", ")}]`;
  const byHand = new Refusal(
    `${file}: the entry of ${node} below berth:nodes cannot be changed by one line; ${written ? `write \`${written}\` there` : `take ${key} out`} by hand, then run the same command again`,
  );
  if (sameAs(leadersIn(text, node), from)) return text;
  const path = ["config", nodes, node, key];
  if (written === undefined) return takenOut(text, path, byHand);
  const changed = put(text, path, written, byHand);
  if (!differsIn(text, changed, path, [...from])) throw byHand;
  return changed;
}

/** The machines that a node's entry lets in; none where it has no such line. */
export function leadersIn(text: string, node: string): readonly string[] {
  const path = ["config", configKey(text, "nodes"), node, key];
  const found = (parseDocument(text).toJS() as unknown) ?? {};
  const value = path.reduce<unknown>(
    (at, name) =>
      typeof at === "object" && at !== null ? (at as Record<string, unknown>)[name] : undefined,
    found,
  );
  return Array.isArray(value) ? value.map(String) : [];
}

/** The line in the place of a former one, in the node's entry, or with the entries that are missing round it. */
function put(text: string, path: readonly string[], written: string, byHand: Refusal): string {
  const lines = text.split("\n");
  for (let depth = path.length - 1; depth > 0; depth -= 1) {
    const map = parseDocument(text).getIn(path.slice(0, depth));
    if (map === undefined) continue;
    if (!isMap(map) || map.flow === true) throw byHand;
    const [first] = map.items;
    if (first === undefined) throw byHand;
    const own = indentOf(lines[lineOf(text, first)]!);
    const former = entryOf(map, path[depth]!);
    if (former !== undefined && depth < path.length - 1) throw byHand;
    if (former !== undefined) {
      const at = lineOf(text, former);
      lines.splice(at, endOf(text, former) - at, `${own}${written}`);
    } else {
      const added = [...path.slice(depth, -1).map((name) => `${name}:`), written];
      const block = added.map((line, deeper) => `${own}${"  ".repeat(deeper)}${line}`);
      lines.splice(endOf(text, map.items.at(-1)!), 0, ...block);
    }
    return lines.join("\n");
  }
  throw byHand;
}

function takenOut(text: string, path: readonly string[], byHand: Refusal): string {
  const document = parseDocument(text);
  // An entry that said nothing else goes with it: empty, it would be none.
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

function sameAs(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
