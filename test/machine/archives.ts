import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { clientBucketPolicy } from "../../components/backups/client-bucket-policy";
import { createOnlyPolicy } from "../../components/backups/create-only-policy";
import type { GatewayService } from "../../packages/local-cloud/hosts";
import { openStore, S3Client, storeService, type Store } from "../../packages/local-cloud/s3";
import type { AccessKey } from "../../packages/local-cloud/s3/sign";
import { thisComputer } from "../../rehearsal/computer";

/**
 * S3 of an account, for real, as booted machines find it (`https://s3.<region>.amazonaws.com`) and as this computer
 * does (`endpoint`). Give `service` to the machines that are opened after `open`; close it after them.
 */
export class Archives {
  /** The key of the account's own: it reads and deletes what no lock holds. */
  readonly administrator: AccessKey = {
    accessKeyId: "AKIAREHEARSAL0000000",
    secretAccessKey: "0".repeat(40),
  };
  private readonly directory = mkdtempSync(join(tmpdir(), "berth-archives-"));
  store!: Store;
  service!: GatewayService;
  /** `https://127.0.0.1:<port>`, trusted by `authorityFile`. */
  endpoint!: string;
  /** A file in PEM: what AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS take. */
  readonly authorityFile = join(this.directory, "edge", "authority.pem");

  async open(): Promise<void> {
    this.store = await openStore({
      computer: thisComputer(),
      directory: join(this.directory, "s3"),
      authority: join(this.directory, "edge"),
      root: this.administrator,
    });
    this.service = storeService(this.store);
    this.endpoint = `https://127.0.0.1:${(await this.store.listen()).port}`;
  }

  /** A bucket as the program makes them: versioned, locked where days are told. */
  async bucket(name: string, options: { lockDays?: number; region?: string } = {}): Promise<void> {
    const { account } = this.store;
    await account.buckets.create(name, options.region ?? "us-east-1");
    await account.buckets.setVersioning(name, "Enabled");
    const { lockDays } = options;
    if (lockDays !== undefined)
      await account.buckets.setLock(name, { mode: "COMPLIANCE", days: lockDays });
  }

  /** A client's own, with the policy that Berth prints for these prefixes; not versioned unless told. */
  async clientBucket(
    name: string,
    owner: string,
    prefixes: readonly string[],
    isVersioned = true,
  ): Promise<void> {
    const { account } = this.store;
    await account.buckets.create(name, "us-east-1", owner);
    if (isVersioned) await account.buckets.setVersioning(name, "Enabled");
    await account.buckets.setPolicy(name, clientBucketPolicy(name, prefixes, account.id));
  }

  /** The key of a node, as a deployment makes it: it can create below the prefix and do nothing else. */
  writeOnlyKey(bucket: string, prefix: string): Promise<AccessKey> {
    return this.keyWith(createOnlyPolicy(bucket, prefix));
  }

  /** A key of a new user with one policy. */
  async keyWith(policy: string): Promise<AccessKey> {
    const { account } = this.store;
    const name = `user-${account.people.users().length + 1}`;
    await account.people.createUser(name, "/berth/");
    await account.people.putPolicy("user", name, "policy", policy);
    return account.people.createKey(name);
  }

  /** Somebody at this computer who comes by a key; the administrator unless told. */
  as(key: AccessKey = this.administrator, region = "us-east-1"): S3Client {
    return new S3Client(this.endpoint, key, region, undefined, this.store.authority);
  }

  /** The environment of a person with a key; the administrator's unless told. */
  env({ accessKeyId, secretAccessKey }: AccessKey = this.administrator): NodeJS.ProcessEnv {
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_CA_BUNDLE: this.authorityFile,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
  }

  async close(): Promise<void> {
    await this.store?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
