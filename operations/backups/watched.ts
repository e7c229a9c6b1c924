import { createHash } from "node:crypto";

import { CopyBlocks } from "./copy-blocks";
import type { Definitions } from "./definitions";
import { collectionsOf } from "./judge-mongo";
import { MongoArchive } from "./mongo-archive";
import type { ManifestDatabase, ManifestServer } from "./manifest";

/** `17` of `17.6 (Debian 17.6-1)`; `9.6` before ten. */
export function major(version: string): string {
  const [first = "", second = ""] = version.split(/[. ]/);
  return Number(first) < 10 ? `${first}.${second}` : first;
}

/** `7.0` of MongoDB's `7.0.42`. */
export function mongoMajor(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** A dump as it passes: its own bytes, then nothing but line ends. */
abstract class Watched {
  private readonly hash = createHash("sha256");
  private left: number;
  private isFilled = true;

  constructor(
    protected readonly bytes: number,
    private readonly content: AsyncIterable<Buffer>,
  ) {
    this.left = bytes;
  }

  /** Sees its own bytes. */
  protected abstract look(own: Buffer): void;

  async *pass(): AsyncGenerator<Buffer> {
    for await (const chunk of this.content) {
      const own = chunk.subarray(0, this.left);
      this.left -= own.length;
      this.hash.update(own);
      this.look(own);
      if (chunk.length > own.length && chunk.subarray(own.length).some((byte) => byte !== 10)) {
        this.isFilled = false;
      }
      if (own.length > 0) yield own;
    }
  }

  /** What is wrong with its bytes. */
  protected wrong(name: string, sha256: string): string[] {
    if (this.bytes === 0) return [`${name}: its dump is empty`];
    if (this.left > 0) return [`${name}: its dump lacks ${this.left} of ${this.bytes} bytes`];
    if (this.hash.digest("hex") === sha256 && this.isFilled) return [];
    return [`${name}: its dump is another than its manifest's`];
  }
}

/** A dump of PostgreSQL. */
export class WatchedDump extends Watched {
  private readonly blocks = new CopyBlocks();

  /** What it defines, once it has passed. */
  get definitions(): Definitions {
    return this.blocks.definitions;
  }

  protected override look(own: Buffer): void {
    this.blocks.add(own);
  }

  /** What is wrong with the dump itself. */
  problems(
    sha256: string,
    database: ManifestDatabase | undefined,
    { service, server }: ManifestServer,
  ): string[] {
    const name = database?.name ?? `${service}'s roles`;
    const problems = this.wrong(name, sha256);
    if (database === undefined || this.bytes === 0) return problems;
    if (!this.blocks.ended)
      problems.push(`${name}: its dump was cut off: pg_dump did not come to its end`);
    const from = this.blocks.version;
    if (from !== undefined && major(from) !== major(server)) {
      problems.push(
        `${name}: was dumped from PostgreSQL ${from}, its manifest says ${server}: another major version`,
      );
    }
    return problems;
  }
}

/** An archive of MongoDB's own tools. */
export class WatchedArchive extends Watched {
  private readonly archive = new MongoArchive();

  protected override look(own: Buffer): void {
    this.archive.add(own);
  }

  /** What is wrong with the dump itself. */
  problems(declared: ManifestServer): string[] {
    const { service, server, dump } = declared;
    const problems = this.wrong(service, dump!.sha256);
    if (this.bytes === 0) return problems;
    const { problem, unfinished, collections } = this.archive;
    if (problem !== undefined) problems.push(`${service}: its dump is no archive: ${problem}`);
    else if (unfinished.length > 0) {
      problems.push(`${service}: its dump was cut off: ${unfinished.slice(0, 10).join(", ")}`);
    }
    const from = this.archive.server;
    if (from !== undefined && mongoMajor(from) !== mongoMajor(server)) {
      problems.push(
        `${service}: was dumped from MongoDB ${from}, its manifest says ${server}: another major version`,
      );
    }
    for (const each of collectionsOf(declared)) {
      const full = `${each.database}.${each.name}`;
      const documents = collections.get(full)?.documents;
      if (documents === each.documents) continue;
      problems.push(
        documents === undefined
          ? `${service}: the dump lacks the collection ${full}`
          : `${service}: the dump has ${documents} of ${each.documents} documents of ${full}`,
      );
    }
    return problems;
  }
}
