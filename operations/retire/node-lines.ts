import { parseDocument, stringify } from "yaml";

import { Refusal } from "../ground/usage";
import { withEntry } from "../ground/yaml-entry";
import { configKey } from "../ground/yaml-lines";

/** The permission that lets a machine leave its stack. */
export interface Retired {
  readonly since: string;
  readonly snapshot: string;
  readonly remove: true;
}

/**
 * A stack file's text with `retired` for a node that has none; everything else stays byte by byte. Throws a `Refusal` with
 * what to write by hand where the file's form does not let it be lines of their own. `file` is its name, for that.
 */
export function withRetired(text: string, node: string, retired: Retired, file: string): string {
  const line = `retired: ${stringify(retired, { collectionStyle: "flow", lineWidth: 0 }).trim()}`;
  const byHand = new Refusal(
    `${file}: the entry of ${node} cannot be changed by lines of their own; write \`${line}\` into berth:nodes.${node} by hand, then run the same command again`,
  );
  const path = ["config", configKey(text, "nodes"), node, "retired"];
  if (parseDocument(text).hasIn(path)) throw byHand;
  return withEntry(text, { path, line, value: { ...retired } }, byHand);
}
