import { createHash, type Hash } from "node:crypto";

import { CopyHead, lineLimit } from "./copy-head";
import { Definitions } from "./definitions";

/** Rows of one table as a dump has them. */
export interface CopyBlock {
  /** As the dump spells it: `public.note`, `"Odd"."name"`. */
  readonly table: string;
  readonly rows: number;
  /** SHA-256 of the rows as they stand in the dump, each with its line end. */
  readonly sha256: string;
}

const last = "-- PostgreSQL database dump complete";
const from = /^-- Dumped from database version (.*)$/;

const [newline, hyphen, backslash, dot] = [0x0a, 0x2d, 0x5c, 0x2e];

/** Reads a plain dump of PostgreSQL's as it passes, and tells the rows of each table. */
export class CopyBlocks {
  readonly blocks: CopyBlock[] = [];
  /** Whether the dump came to the end that pg_dump writes last. */
  ended = false;
  /** What the dump says of where it is from: `17.6 (Debian 17.6-1)`. */
  version: string | undefined;
  readonly definitions = new Definitions();
  private readonly head = new CopyHead();
  private open: { readonly table: string; rows: number; readonly hash: Hash } | undefined;
  /** The beginning of a line whose end has not come yet. */
  private rest: Buffer = Buffer.alloc(0);
  /** In a line whose beginning was taken already, as it is long. */
  private isWithin = false;

  /** The next bytes of the dump. */
  add(chunk: Buffer): void {
    const all = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    // Rows are hashed in as long pieces as they come.
    let hashed = 0;
    for (let end = all.indexOf(newline, at); end >= 0; end = all.indexOf(newline, at)) {
      if (this.open === undefined) {
        if (!this.isWithin) this.statement(all, at, end);
        hashed = end + 1;
      } else if (!this.isWithin && isEnd(all, at, end)) {
        this.open.hash.update(all.subarray(hashed, at));
        this.close();
        hashed = end + 1;
      } else this.open.rows += 1;
      this.isWithin = false;
      at = end + 1;
    }
    const limit = this.open === undefined ? lineLimit : 2;
    const isLong = this.isWithin || all.length - at > limit;
    const kept = isLong ? all.length : at;
    this.open?.hash.update(all.subarray(hashed, kept));
    this.rest = all.subarray(kept);
    this.isWithin = isLong && all.length > at;
  }

  private statement(all: Buffer, begin: number, end: number): void {
    const line = all.toString("utf8", begin, end);
    if (line === last) this.ended = true;
    else if (all[begin] === hyphen) this.version ??= from.exec(line)?.[1];
    const table = this.head.take(line);
    if (table === undefined) this.definitions.statement(line);
    else this.open = { table, rows: 0, hash: createHash("sha256") };
  }

  private close(): void {
    const { table, rows, hash } = this.open!;
    this.blocks.push({ table, rows, sha256: hash.digest("hex") });
    this.open = undefined;
  }
}

/** Whether a line is the one that ends a block. */
export function isEnd(all: Buffer, begin: number, end: number): boolean {
  return end - begin === 2 && all[begin] === backslash && all[begin + 1] === dot;
}
