import { createHash } from "node:crypto";

import { CopyBlocks } from "./copy-blocks";
import type { ManifestDatabase, ManifestServer } from "./manifest";

/** `17` of `17.6 (Debian 17.6-1)`; `9.6` before ten. */
export function major(version: string): string {
  const [first = "", second = ""] = version.split(/[. ]/);
  return Number(first) < 10 ? `${first}.${second}` : first;
}

/** A dump as it passes: its own bytes, then nothing but line ends. */
export class Watched {
  private readonly hash = createHash("sha256");
  private readonly blocks = new CopyBlocks();
  private left: number;
  private isFilled = true;

  constructor(
    private readonly bytes: number,
    private readonly content: AsyncIterable<Buffer>,
  ) {
    this.left = bytes;
  }

  async *pass(): AsyncGenerator<Buffer> {
    for await (const chunk of this.content) {
      const own = chunk.subarray(0, this.left);
      this.left -= own.length;
      this.hash.update(own);
      this.blocks.add(own);
      if (chunk.length > own.length && chunk.subarray(own.length).some((byte) => byte !== 10)) {
        this.isFilled = false;
      }
      if (own.length > 0) yield own;
    }
  }

  /** What is wrong with the dump itself. */
  problems(
    sha256: string,
    database: ManifestDatabase | undefined,
    { service, server }: ManifestServer,
  ): string[] {
    const name = database?.name ?? `${service}'s roles`;
    const problems: string[] = [];
    if (this.bytes === 0) problems.push(`${name}: its dump is empty`);
    else if (this.left > 0)
      problems.push(`${name}: its dump lacks ${this.left} of ${this.bytes} bytes`);
    else if (this.hash.digest("hex") !== sha256 || !this.isFilled) {
      problems.push(`${name}: its dump is another than its manifest's`);
    }
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
