import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type Node,
} from "yaml";

import { keyText } from "../fleet/show";
import { readPlain, type DateForm } from "./stack-scalars";

/** Something in a YAML file that is not read, by its place in the file. */
export interface YamlFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly fix: string;
}

/** A mapping of the file, its merge keys carried out: keys in order, values not read yet. */
export type YamlEntries = readonly (readonly [key: string, value: unknown])[];

/** Nodes that one file's values may expand to: aliases of aliases grow without bound. */
const nodeLimit = 100_000;

/**
 * One YAML file as the engine's reader (Go's yaml.v3) takes it: merge keys are carried out, a word
 * such as `yes` is a text, and a file may begin with a byte order mark. What readers of YAML take for
 * different things is a fault, never a guess.
 */
export class YamlFile {
  readonly faults: YamlFault[] = [];
  private readonly document: Document.Parsed | undefined;
  private nodes = 0;

  constructor(
    bytes: Uint8Array,
    private readonly dates: DateForm,
  ) {
    const text = this.decoded(bytes);
    if (text === undefined) return;
    // Failsafe: the library makes texts of all scalars, and readPlain says what the plain ones are.
    const document = parseDocument(text, { schema: "failsafe", uniqueKeys: false });
    const [error] = document.errors;
    if (error) {
      const several = error.code === "MULTIPLE_DOCS";
      const why = several
        ? "it holds several documents, of which the engine reads the first alone"
        : error.message.split("\n")[0]!.replace(/:$/, "");
      this.fault([], why, several ? "keep one document" : "correct its YAML");
      return;
    }
    this.document = document;
    this.checkKeys(document.contents, []);
    this.checkAnchors(document);
  }

  /** The entries of the file itself; undefined where it is no mapping, none of an empty file. */
  root(): YamlEntries | undefined {
    if (this.document === undefined) return [];
    return this.entries(this.document.contents, []);
  }

  /** The entries of a mapping; undefined of anything else, none of what is empty. */
  entries(node: unknown, path: readonly PropertyKey[]): YamlEntries | undefined {
    const found = this.resolved(node);
    if (isMap(found)) return this.merged(found, path, []);
    return this.scalar(found, path, true) === null ? [] : undefined;
  }

  /** The value of a node, whole. Faults are noted with their places below `path`. */
  value(node: unknown, path: readonly PropertyKey[], within: readonly unknown[] = []): unknown {
    const found = this.resolved(node);
    if (isAlias(node) && found === undefined) {
      return this.fault(path, "is an alias of no anchor", "name an anchor that stands before it");
    }
    if (within.includes(found)) return this.fault(path, "contains itself", "take the alias out");
    if (++this.nodes > nodeLimit) {
      const message = `has more than ${nodeLimit} values, its aliases carried out`;
      return this.fault([], message, "write it with fewer aliases");
    }
    const inside = [...within, found];
    if (isSeq(found)) {
      this.refuseTag(found, path);
      return found.items.map((item, index) => this.value(item, [...path, index], inside));
    }
    if (!isMap(found)) return this.scalar(found, path, false);
    this.refuseTag(found, path);
    const entries = this.merged(found, path, within).map(
      ([key, item]) => [key, this.value(item, [...path, key], inside)] as const,
    );
    const [only] = entries;
    if (entries.length === 1 && only?.[0] === "secure" && typeof only[1] === "string") {
      return this.fault(
        path,
        "is a secret, and secret values are not read: every command reads stack files without the engine",
        "set it again without --secret; berth:secrets alone takes secrets",
      );
    }
    return Object.fromEntries(entries);
  }

  /** Whether a node is one text, whatever it says. */
  isText(node: unknown): boolean {
    const found = this.resolved(node);
    return (
      isScalar(found) && (found.type !== "PLAIN" || isText(readPlain(textOf(found), this.dates)))
    );
  }

  /** Own keys first, then those of `<<` in order: what is there already stays. */
  private merged(
    map: Node & { items: unknown[] },
    path: readonly PropertyKey[],
    within: readonly unknown[],
  ): (readonly [string, unknown])[] {
    if (within.includes(map)) {
      this.fault(path, "contains itself", "take the alias out");
      return [];
    }
    const found = new Map<string, unknown>();
    const merges: unknown[] = [];
    for (const { key, value } of map.items as { key: unknown; value: unknown }[]) {
      if (isMergeKey(key)) merges.push(value);
      else found.set(textOf(key), value);
    }
    for (const merge of merges.map((each) => this.resolved(each))) {
      for (const part of isSeq(merge) ? merge.items : [merge]) {
        const source = this.resolved(part);
        if (!isMap(source)) {
          this.fault(
            path,
            "merges what is no mapping with <<",
            "let << name a mapping, or a list of them",
          );
          continue;
        }
        for (const [key, value] of this.merged(source, path, [...within, map])) {
          if (!found.has(key)) found.set(key, value);
        }
      }
    }
    return [...found];
  }

  private scalar(node: unknown, path: readonly PropertyKey[], quiet: boolean): unknown {
    if (node === null || node === undefined) return null;
    if (!isScalar(node)) return undefined;
    const text = textOf(node);
    if (this.refuseTag(node, path)) return undefined;
    if (node.tag !== undefined || node.type !== "PLAIN") return text;
    const reading = readPlain(text, this.dates);
    if ("value" in reading) return reading.value;
    if (quiet) return undefined;
    return this.fault(
      path,
      `is ${reading.ambiguous}`,
      "write a number in plain decimal digits, and everything else in quotes",
    );
  }

  /** Keys that engine and library would take for different ones; looked for in the whole file. */
  private checkKeys(node: unknown, path: readonly PropertyKey[]): void {
    if (isSeq(node)) node.items.forEach((item, index) => this.checkKeys(item, [...path, index]));
    if (!isMap(node)) return;
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? textOf(key) : undefined;
      const place = [...path, name ?? "?"];
      const plain = isScalar(key) && key.type === "PLAIN" && key.tag === undefined;
      const reading = name === undefined || !plain ? undefined : readPlain(name, this.dates);
      if (name === undefined || isAnyTag(key) || (reading && !isText(reading))) {
        this.fault(place, "is a key that is no text", "put the key in quotes");
      } else if (seen.has(name)) {
        this.fault(place, "stands twice", "keep one of the two");
      }
      seen.add(name ?? "");
      this.checkKeys(value, place);
    }
  }

  /** To the engine an anchor's name ends where the library reads on: `&a.b c`. */
  private checkAnchors(document: Document.Parsed): void {
    visit(document, {
      Node: (_, node) => {
        const name = isAlias(node) ? node.source : (node as { anchor?: string }).anchor;
        if (name === undefined || /^[\w-]+$/.test(name)) return;
        const message = `it holds the anchor ${JSON.stringify(keyText(name))}, which readers take differently`;
        this.fault([], message, "name anchors by letters, digits, - and _");
      },
    });
  }

  private resolved(node: unknown): unknown {
    if (!isAlias(node) || this.document === undefined) return node;
    return node.resolve(this.document);
  }

  private refuseTag(node: { tag?: string | undefined }, path: readonly PropertyKey[]): boolean {
    if (!isAnyTag(node) || (isScalar(node) && node.tag === "tag:yaml.org,2002:str")) return false;
    this.fault(
      path,
      "has a tag, which readers take differently",
      "write the value without its tag",
    );
    return true;
  }

  /**
   * The text of the file. Line breaks of Windows are those of anybody; what only one of the two
   * readers takes for a line break, or takes at all, is refused.
   */
  private decoded(bytes: Uint8Array): string | undefined {
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      return this.fault([], "is not UTF-8", "save it as UTF-8");
    }
    const plain = text.replace(/\r\n?/g, "\n");
    const strange = /[^\t\n\x20-\x7e\xa0-\ufffd]|[\u2028\u2029\ufeff]/u.exec(
      plain.replace(/[\u{10000}-\u{10ffff}]/gu, "x"),
    );
    if (strange === null) return plain;
    const line = plain.slice(0, strange.index).split("\n").length;
    const code = strange[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    return this.fault(
      [],
      `holds the character U+${code} in line ${line}, which readers take differently`,
      "remove the character; it is invisible in most editors",
    );
  }

  /** Notes what is wrong at a place, `[]` for the whole file. */
  fault(path: readonly PropertyKey[], message: string, fix: string): undefined {
    this.faults.push({ path, message, fix });
    return undefined;
  }
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === "PLAIN" && key.value === "<<";
}

function isAnyTag(node: unknown): boolean {
  const { tag } = node as { tag?: string };
  return tag !== undefined && tag !== "";
}

function isText(reading: ReturnType<typeof readPlain>): boolean {
  return "value" in reading && typeof reading.value === "string";
}

function textOf(node: unknown): string {
  return isScalar(node) && typeof node.value === "string" ? node.value : "";
}
