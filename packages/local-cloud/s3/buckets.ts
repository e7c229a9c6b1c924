import type { Answer } from "./ask";
import { Refused, type Book, type Kept, type Lock } from "./book";
import { S3Client } from "./client";
import { takeApart } from "./condition";
import type { Servers } from "./servers";
import type { AccessKey } from "./sign";
import { valueOf, valuesOf } from "./xml";

/** The buckets of an account. Every change answers when it is so at the server. */
export class Buckets {
  constructor(
    private readonly book: Book,
    private readonly servers: Servers,
    private readonly root: AccessKey,
  ) {}

  /** The default lock of a bucket. */
  lockOf(bucket: string): Lock | undefined {
    return this.book.kept.buckets[bucket]?.lock;
  }

  /** Whether objects of a bucket can be locked: from the first lock of the bucket on. */
  isLocked(bucket: string): boolean {
    return this.book.kept.buckets[bucket]?.locked === true;
  }

  regionOf(bucket: string): string | undefined {
    return this.book.kept.buckets[bucket]?.region;
  }

  /** The other account that a bucket is of. */
  ownerOf(bucket: string): string | undefined {
    return this.book.kept.buckets[bucket]?.owner;
  }

  policyOf(bucket: string): string | undefined {
    return this.book.kept.buckets[bucket]?.policy;
  }

  /** One that is there already is no error. `owner`: the other account that it is of. */
  create(name: string, region: string, owner?: string): Promise<void> {
    return this.book.change(async () => {
      if (this.book.kept.buckets[name]) return;
      refuse(await (await this.client(region)).s3("PUT", name, "", located(region)));
      if (owner !== undefined) await this.servers.giveAway(name, owner);
      this.book.kept.buckets[name] = { region, ...(owner === undefined ? {} : { owner }) };
    });
  }

  /** Removes a bucket; `BucketNotEmpty` where it is not, unless `force` has what is in it removed first. */
  remove(name: string, force = false): Promise<void> {
    return this.book.change(async () => {
      const region = this.book.kept.buckets[name]?.region;
      if (region === undefined) return;
      const client = await this.client(region);
      if (force) await emptyOut(client, name);
      const answer = await client.s3("DELETE", name);
      if (answer.status !== 404) refuse(answer);
      delete this.book.kept.buckets[name];
    });
  }

  setVersioning(bucket: string, status: "Enabled" | "Suspended"): Promise<void> {
    return this.setting(
      bucket,
      "versioning",
      `<VersioningConfiguration ${namespace}><Status>${status}</Status></VersioningConfiguration>`,
    );
  }

  async setLock(bucket: string, lock: Lock | undefined): Promise<void> {
    const rule =
      lock &&
      `<Rule><DefaultRetention><Mode>${lock.mode}</Mode><Days>${lock.days}</Days></DefaultRetention></Rule>`;
    const body = `<ObjectLockConfiguration ${namespace}><ObjectLockEnabled>Enabled</ObjectLockEnabled>${rule ?? ""}</ObjectLockConfiguration>`;
    await this.setting(bucket, "object-lock", body, (kept) => {
      kept.locked = true;
      if (lock) kept.lock = lock;
      else delete kept.lock;
    });
  }

  /** Without a policy: the one that was there goes. */
  setPolicy(bucket: string, policy: string | undefined): Promise<void> {
    return this.book.change(async () => {
      const kept = this.bucket(bucket);
      // Of another account's bucket nothing is: the server knows no other account.
      const taken = policy && takeApart(policy).passedOn;
      const passedOn = kept.owner === undefined ? taken : undefined;
      const client = await this.client(kept.region);
      if (passedOn) refuse(await client.s3("PUT", bucket, "policy=", passedOn));
      else refuse(await client.s3("DELETE", bucket, "policy="));
      if (policy) kept.policy = policy;
      else delete kept.policy;
    });
  }

  /** Locks one version of an object, as S3 does itself with what is written into a bucket with a lock. */
  async retain(bucket: string, key: string, versionId: string, lock: Lock): Promise<void> {
    const until = new Date(Date.now() + lock.days * 86_400_000).toISOString();
    const body = `<Retention ${namespace}><Mode>${lock.mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`;
    const client = await this.client(this.bucket(bucket).region);
    const query = `retention=&versionId=${encodeURIComponent(versionId)}`;
    await client.must(
      "PUT",
      `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`,
      query,
      body,
    );
  }

  /** The account's own hand at a region. */
  async client(region: string): Promise<S3Client> {
    return new S3Client("https://localhost", this.root, region, await this.servers.region(region));
  }

  private setting(
    bucket: string,
    query: string,
    body: string,
    note: (kept: Kept["buckets"][string]) => void = () => undefined,
  ): Promise<void> {
    return this.book.change(async () => {
      const kept = this.bucket(bucket);
      refuse(await (await this.client(kept.region)).s3("PUT", bucket, `${query}=`, body));
      note(kept);
    });
  }

  private bucket(name: string): Kept["buckets"][string] {
    const found = this.book.kept.buckets[name];
    if (!found) throw new Refused(404, "NoSuchBucket", "The specified bucket does not exist");
    return found;
  }
}

const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

function located(region: string): string {
  return region === "us-east-1"
    ? ""
    : `<CreateBucketConfiguration ${namespace}><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
}

/** Every version and every mark of a deletion. */
async function emptyOut(client: S3Client, bucket: string): Promise<void> {
  for (;;) {
    const { body } = await client.must("GET", bucket, "versions=");
    const keys = valuesOf(body, "Key");
    const versions = valuesOf(body, "VersionId");
    for (const [index, key] of keys.entries()) {
      const at = `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
      await client.must("DELETE", at, `versionId=${encodeURIComponent(versions[index] ?? "null")}`);
    }
    if (keys.length === 0) return;
  }
}

function refuse({ status, body }: Answer): void {
  if (status >= 300) throw new Refused(status, valueOf(body, "Code"), valueOf(body, "Message"));
}
