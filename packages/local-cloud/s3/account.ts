import type { IncomingHttpHeaders } from "node:http";

import { Book } from "./book";
import { Buckets } from "./buckets";
import type { Target } from "./call";
import { isDenied, takeApart, type Writing } from "./condition";
import { objectOf, permits } from "./foreign";
import { People } from "./people";
import type { Servers } from "./servers";
import type { AccessKey } from "./sign";

/**
 * An account: who there is, what they may do and the buckets, by which its servers judge. Conditions that no
 * server judges are kept here, and asked for by `denies`.
 */
export class Account {
  readonly people: People;
  readonly buckets: Buckets;
  private readonly book: Book;

  constructor(
    servers: Servers,
    private readonly owner: { readonly root: AccessKey; readonly id: () => string },
    directory: string,
  ) {
    this.book = new Book(directory);
    this.people = new People(this.book, servers, owner.root);
    this.buckets = new Buckets(this.book, servers, owner.root);
  }

  /** The account's own key. */
  get root(): AccessKey {
    return this.owner.root;
  }

  /** Twelve digits. */
  get id(): string {
    return this.owner.id();
  }

  /**
   * Whether another account's bucket keeps a call out, as its policy does not let this account do that, or whoever
   * calls means a bucket of somebody else (`x-amz-expected-bucket-owner`).
   */
  keepsOut(method: string, target: Target, headers: IncomingHttpHeaders): boolean {
    const { bucket } = objectOf(target);
    const region = this.buckets.regionOf(bucket);
    if (region === undefined) return false;
    const owner = this.buckets.ownerOf(bucket);
    const name = "x-amz-expected-bucket-owner";
    const expected = headers[name] ?? target.query.get(name) ?? undefined;
    if (expected !== undefined && expected !== (owner ?? this.id)) return true;
    return owner !== undefined && !permits(this.buckets.policyOf(bucket), this.id, method, target);
  }

  /** Whether a policy denies a call of the user of a key by what the servers do not judge. */
  denies(accessKeyId: string, writing: Writing): boolean {
    const user = this.people.userOf(accessKeyId);
    const mine = user === undefined ? [] : Object.values(this.people.policiesOf(user));
    const policy = this.book.kept.buckets[writing.bucket]?.policy;
    return [...mine, ...(policy === undefined ? [] : [policy])].some((document) =>
      isDenied(takeApart(document).denials, writing),
    );
  }
}
