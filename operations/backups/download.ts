import { createHash } from "node:crypto";

import { decrypted } from "./decrypted";
import { CouldNot } from "./docker";
import type { Store } from "./store";

/** One archive on its way: what it unpacks from, and the checksum of what lay in the bucket. */
export class Download {
  private readonly hash = createHash("sha256");

  constructor(
    private readonly store: Store,
    private readonly key: string,
    /** File with identities of age, for archives that are encrypted. */
    private readonly identity: string | undefined,
    private readonly signal: AbortSignal,
  ) {}

  /** The archive, decrypted where it is not plain. Throws as `decrypted` does. */
  bytes(): AsyncGenerator<Buffer> {
    return decrypted(this.raw(), this.identity);
  }

  /** Of the object, once all of it came. */
  sha256(): string {
    return this.hash.digest("hex");
  }

  private async *raw(): AsyncGenerator<Buffer> {
    for await (const chunk of this.store.bytes(this.key)) {
      if (this.signal.aborted) throw new CouldNot("it was ended before its end");
      this.hash.update(chunk);
      yield chunk;
    }
  }
}
