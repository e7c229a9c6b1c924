import { createHash } from "node:crypto";

/** What follows the documents of a collection, and the list of collections. */
const end = 0xffffffff;
const magic = 0x8199e26d;

/** The longest that a document may be, with what MongoDB adds to it. */
const longest = 17 * 1024 * 1024;

/** What holds the documents of a time series. */
const buckets = "system.buckets.";

/** Databases of the server itself: how it is set up, and who logs in. */
export const ownDatabases: readonly string[] = ["admin", "config", "local"];

/** A collection of an archive. */
export interface MongoCollection {
  readonly database: string;
  readonly name: string;
  readonly documents: number;
  /** Of its documents in any order: the sum of their SHA-256. */
  readonly sha256: string;
  readonly indexes: readonly string[];
}

interface Growing {
  readonly database: string;
  readonly name: string;
  readonly indexes: readonly string[];
  documents: number;
  sum: bigint;
  isWhole: boolean;
}

/** Reads what mongodump writes as it passes, as `mongo_archive.py` of a node does. */
export class MongoArchive {
  /** Version of the server that was dumped. */
  server: string | undefined;
  /** What is wrong with it as an archive; nothing of what comes after that is read. */
  problem: string | undefined;
  private readonly found = new Map<string, Growing>();
  private rest: Buffer = Buffer.alloc(0);
  private state: "magic" | "prelude" | "head" | "documents" = "magic";
  private current: Growing | undefined;

  add(chunk: Buffer): void {
    if (this.problem !== undefined) return;
    const data = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    try {
      while (data.length - at >= 4) {
        const size = data.readUInt32LE(at);
        const isMark = this.state === "magic" || size === end;
        if (!isMark && (size < 5 || size > longest)) throw new Error(`a document of ${size} bytes`);
        const length = isMark ? 4 : size;
        if (data.length - at < length) break;
        this.take(size, data.subarray(at, at + length));
        at += length;
      }
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this.rest = Buffer.from(data.subarray(at));
  }

  /** What was cut off: collections without their end, or the archive itself. */
  get unfinished(): readonly string[] {
    if (this.state !== "head" || this.rest.length > 0 || this.server === undefined) {
      return ["the archive"];
    }
    return [...this.found].filter(([, { isWhole }]) => !isWhole).map(([name]) => name);
  }

  /** Its collections by `database.name`. */
  get collections(): ReadonlyMap<string, MongoCollection> {
    return new Map(
      [...this.found].map(([full, { database, name, documents, sum, indexes }]) => {
        const sha256 = (sum % (1n << 256n)).toString(16).padStart(64, "0");
        return [full, { database, name, documents, sha256, indexes }];
      }),
    );
  }

  private take(size: number, document: Buffer): void {
    switch (this.state) {
      case "magic":
        if (size !== magic) throw new Error("it does not begin as one");
        this.state = "prelude";
        return;
      case "prelude":
        if (size === end) this.state = "head";
        else if (this.server === undefined)
          this.server = text(fields(document), "server_version") || "unknown";
        else this.announced(fields(document));
        return;
      case "head": {
        const said = fields(document);
        const full = `${text(said, "db")}.${text(said, "collection").replace(buckets, "")}`;
        this.current = this.found.get(full);
        if (this.current === undefined) throw new Error(`it tells nothing of ${full}`);
        if (said.get("EOF") === true) this.current.isWhole = true;
        this.state = "documents";
        return;
      }
      case "documents":
        if (size === end) this.state = "head";
        else this.counted(document);
        return;
      default:
        return this.state satisfies never;
    }
  }

  private announced(said: ReadonlyMap<string, unknown>): void {
    const [database, name] = [text(said, "db"), text(said, "collection")];
    const described = JSON.parse(text(said, "metadata") || "{}") as {
      readonly indexes?: readonly { readonly name: string }[];
    };
    const indexes = (described.indexes ?? []).map((each) => each.name).sort();
    // A view is a query that is kept: it has no documents of its own.
    const isWhole = said.get("type") === "view";
    this.found.set(`${database}.${name}`, {
      ...{ database, name, indexes, isWhole },
      ...{ documents: 0, sum: 0n },
    });
  }

  private counted(document: Buffer): void {
    if (this.current === undefined) return;
    this.current.documents += 1;
    this.current.sum += BigInt(`0x${createHash("sha256").update(document).digest("hex")}`);
  }
}

function text(said: ReadonlyMap<string, unknown>, name: string): string {
  const value = said.get(name);
  return typeof value === "string" ? value : "";
}

/** Texts and truths of a flat document (BSON); numbers are passed over. */
function fields(document: Buffer): Map<string, unknown> {
  const found = new Map<string, unknown>();
  let at = 4;
  for (let kind = document[at]; kind !== 0; kind = document[at]) {
    const ends = document.indexOf(0, at + 1);
    const name = document.toString("utf8", at + 1, ends);
    at = ends + 1;
    if (kind === 0x02) {
      const size = document.readUInt32LE(at);
      found.set(name, document.toString("utf8", at + 4, at + 4 + size - 1));
      at += 4 + size;
    } else if (kind === 0x08) {
      found.set(name, document[at] === 1);
      at += 1;
    } else if (kind === 0x10) at += 4;
    else if (kind === 0x01 || kind === 0x12) at += 8;
    else throw new Error(`a head with a field of kind ${String(kind)}`);
  }
  return found;
}
