import { parseDocument } from "yaml";

import { Refusal } from "../ground/usage";
import { withEntry, withoutEntry } from "../ground/yaml-entry";
import { configKey } from "../ground/yaml-lines";

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
  const written = from.length === 0 ? undefined : `${key}: [${from.join(", ")}]`;
  const byHand = new Refusal(
    `${file}: the entry of ${node} below berth:nodes cannot be changed by one line; ${written ? `write \`${written}\` there` : `take ${key} out`} by hand, then run the same command again`,
  );
  if (sameAs(leadersIn(text, node), from)) return text;
  const path = pathIn(text, node);
  if (written === undefined) return withoutEntry(text, path, byHand);
  return withEntry(text, { path, line: written, value: [...from] }, byHand);
}

/** The machines that a node's entry lets in; none where it has no such line. */
export function leadersIn(text: string, node: string): readonly string[] {
  const found = (parseDocument(text).toJS() as unknown) ?? {};
  const value = pathIn(text, node).reduce<unknown>(
    (at, name) =>
      typeof at === "object" && at !== null ? (at as Record<string, unknown>)[name] : undefined,
    found,
  );
  return Array.isArray(value) ? value.map(String) : [];
}

function pathIn(text: string, node: string): readonly string[] {
  return ["config", configKey(text, "nodes"), node, key];
}

function sameAs(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
