import * as fs from "node:fs";
import * as path from "node:path";

import { writeWhole } from "../ground/whole-file";

/** A user or a group: policies as they were given, by name. */
interface Policied {
  readonly policies: Record<string, string>;
}

/** What is kept of an account beside what its servers keep. */
export interface Kept {
  readonly users: Record<string, Policied & { readonly path: string }>;
  /** `path`: absent in accounts of before, whose groups have `/`. */
  readonly groups: Record<
    string,
    Policied & { readonly path?: string; readonly members: string[] }
  >;
  readonly buckets: Record<
    string,
    {
      readonly region: string;
      /** The other account that it is of. */
      readonly owner?: string;
      policy?: string;
      locked?: boolean;
      lock?: Lock;
    }
  >;
  /** The user of a key. */
  readonly keys: Record<string, string>;
}

/** How long every new object of a bucket is kept. */
export interface Lock {
  readonly mode: "GOVERNANCE" | "COMPLIANCE";
  readonly days: number;
}

/** A refusal of the account, in the words of AWS's own. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** What is kept of an account, in a file of a directory, and the turn in which it changes. */
export class Book {
  readonly kept: Kept;
  private readonly file: string;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.file = path.join(directory, "account.json");
    this.kept = fs.existsSync(this.file)
      ? (JSON.parse(fs.readFileSync(this.file, "utf8")) as Kept)
      : { users: {}, groups: {}, buckets: {}, keys: {} };
  }

  /** One change after the other; what a change has come to is kept, also where it was refused half-way. */
  change<T>(work: () => Promise<T> | T): Promise<T> {
    const mine = this.turn
      .then(work)
      .finally(() => writeWhole(this.file, JSON.stringify(this.kept)));
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}

/** What is not there, in IAM's words. */
export function missing(message: string): Refused {
  return new Refused(404, "NoSuchEntity", message);
}
