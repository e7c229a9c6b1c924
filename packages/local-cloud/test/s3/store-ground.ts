import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Computer } from "../../ground/computer";
import { S3Client } from "../../s3/client";
import type { AccessKey } from "../../s3/sign";
import { openStore, type Store } from "../../s3/store";

/** The key of the account's own. */
export const root: AccessKey = {
  accessKeyId: "AKIAREHEARSAL0000000",
  secretAccessKey: "0".repeat(40),
};

/** A store of a test, with a door at this computer. */
export class StoreGround {
  readonly directory = mkdtempSync(join(tmpdir(), "berth-store-"));
  store!: Store;
  /** `https://127.0.0.1:<port>`. */
  endpoint!: string;

  async open(computer: Computer): Promise<void> {
    const { directory } = this;
    const authority = join(directory, "edge");
    this.store = await openStore({
      computer,
      root,
      authority,
      directory: join(directory, "s3"),
    });
    this.endpoint = `https://127.0.0.1:${(await this.store.listen()).port}`;
  }

  /** Someone who comes by a key. */
  as(key: AccessKey, region = "us-east-1"): S3Client {
    return new S3Client(this.endpoint, key, region, undefined, this.store.authority);
  }

  /** A bucket as the program makes them: versioned, locked where days are told. */
  async bucket(name: string, lockDays?: number, region = "us-east-1"): Promise<void> {
    const { account } = this.store;
    await account.buckets.create(name, region);
    await account.buckets.setVersioning(name, "Enabled");
    if (lockDays !== undefined)
      await account.buckets.setLock(name, { mode: "COMPLIANCE", days: lockDays });
  }

  /** The key of a user that a policy is for. */
  async key(user: string, policy: string): Promise<AccessKey> {
    const { account } = this.store;
    await account.people.createUser(user, "/berth/");
    await account.people.putPolicy("user", user, "write-only", policy);
    return account.people.createKey(user);
  }

  async close(): Promise<void> {
    await this.store?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
