/** The guides of docs/guides, taken apart: what a person does, in order. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, isSeq, parseDocument, type Document } from "yaml";

export const guides = join(__dirname, "..", "..", "docs", "guides");

/** One fenced block: a change to a file, or commands. */
export type Step =
  | {
      readonly kind: "edit";
      readonly file: string;
      readonly how: "add" | "remove";
      readonly yaml: string;
    }
  /** `where`: on this computer, or on a node as a member. */
  | {
      readonly kind: "commands";
      readonly lines: readonly string[];
      readonly where?: { readonly node: string; readonly member: string };
    }
  /** Why the tests do not run it. */
  | { readonly kind: "untested"; readonly why: string; readonly lines: readonly string[] };

/** Names of the guides, without `.md`. */
export function guideNames(): string[] {
  return readdirSync(guides)
    .filter((name) => name.endsWith(".md"))
    .map((name) => name.slice(0, -".md".length))
    .sort();
}

/** The steps of a guide. Throws on a fenced block whose kind is not known. */
export function stepsOf(name: string): Step[] {
  const text = readFileSync(join(guides, `${name}.md`), "utf8");
  const blocks = text.matchAll(/(?:<!-- (.+) -->\n\n)?^```(.*)\n([^]*?)^```$/gm);
  return [...blocks].map(([, comment, info = "", body = ""]) => stepOf(info, body, comment));
}

function stepOf(info: string, body: string, comment: string | undefined): Step {
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  const edit = /^# (\S+\.yaml): (add|remove)$/.exec(lines[0] ?? "");
  if (info === "yaml" && edit) {
    return { kind: "edit", file: edit[1]!, how: edit[2] as "add" | "remove", yaml: body };
  }
  const remote = /^sh on (\S+) as (\S+)$/.exec(info);
  if (info === "sh" && comment) return { kind: "untested", why: comment, lines };
  if (info === "sh") return { kind: "commands", lines };
  if (remote) {
    return { kind: "commands", lines, where: { node: remote[1]!, member: remote[2]! } };
  }
  throw new Error(`a block of a kind that is not known: \`\`\`${info}\n${body}`);
}

/** A YAML file after a step: mappings are merged, lists get or lose their items. */
export function edited(text: string, step: Step & { kind: "edit" }): string {
  const document = parseDocument(text);
  const change = parseDocument(step.yaml).toJS() as Record<string, unknown>;
  apply(document, [], change, step.how);
  return document.toString();
}

function apply(
  document: Document,
  path: readonly string[],
  change: unknown,
  how: "add" | "remove",
): void {
  if (Array.isArray(change)) {
    const list = document.getIn(path);
    const present = isSeq(list) ? (list.toJSON() as unknown[]) : [];
    const kept = present.filter((item) => !change.includes(item));
    document.setIn(path, how === "add" ? [...kept, ...(change as unknown[])] : kept);
  } else if (typeof change === "object" && change !== null) {
    if (how === "add" && !isMap(document.getIn(path)))
      document.setIn(path, document.createNode({}));
    for (const [key, value] of Object.entries(change)) apply(document, [...path, key], value, how);
  } else if (how === "add") document.setIn(path, change);
  else document.deleteIn(path);
}
