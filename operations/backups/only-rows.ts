import { isEnd } from "./copy-blocks";
import { CopyHead, lineLimit } from "./copy-head";

const newline = 0x0a;

/** A table's schema and name, as a catalogue has them. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** Schema and name as a dump spells them (`public."a ""b"`); undefined for another spelling. */
export function readSpelled(spelled: string): TableName | undefined {
  const part = '("(?:[^"]|"")*"|[^".]+)';
  const found = new RegExp(`^${part}\\.${part}$`, "s").exec(spelled);
  const plain = (text: string) =>
    text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
  return found === null ? undefined : { schema: plain(found[1]!), name: plain(found[2]!) };
}

/**
 * A plain dump of PostgreSQL's in which every table is there and one alone has its rows: so much is loaded of a large
 * database as one table needs. All other statements pass as they are.
 */
export class OnlyRows {
  private readonly head = new CopyHead();
  private block: "kept" | "dropped" | undefined;
  /** The beginning of a line whose end has not come yet. */
  private rest: Buffer = Buffer.alloc(0);
  /** In a line whose beginning was passed already, as it is long. */
  private isWithin = false;

  constructor(private readonly wanted: TableName) {}

  async *pass(dump: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of dump) yield* this.next(chunk);
    if (this.block !== "dropped" && this.rest.length > 0) yield this.rest;
  }

  private *next(chunk: Buffer): Generator<Buffer> {
    const all = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    // Where that begins which passes and was not passed yet.
    let from = 0;
    for (let end = all.indexOf(newline, at); end >= 0; end = all.indexOf(newline, at)) {
      const isLast = this.block !== undefined && !this.isWithin && isEnd(all, at, end);
      if (this.block === "dropped") from = isLast ? at : end + 1;
      if (isLast) this.block = undefined;
      else if (this.block === undefined && !this.isWithin) {
        this.statement(all.toString("utf8", at, end));
        if ((this.block as string | undefined) === "dropped") {
          yield all.subarray(from, end + 1);
          from = end + 1;
        }
      }
      this.isWithin = false;
      at = end + 1;
    }
    const limit = this.block === undefined ? lineLimit : 2;
    const isLong = this.isWithin || all.length - at > limit;
    const kept = isLong ? all.length : at;
    if (this.block !== "dropped" && kept > from) yield all.subarray(from, kept);
    this.rest = all.subarray(kept);
    this.isWithin = isLong && all.length > at;
  }

  private statement(line: string): void {
    const spelled = this.head.take(line);
    if (spelled === undefined) return;
    const { schema, name } = readSpelled(spelled) ?? {};
    const isWanted = schema === this.wanted.schema && name === this.wanted.name;
    this.block = isWanted ? "kept" : "dropped";
  }
}
