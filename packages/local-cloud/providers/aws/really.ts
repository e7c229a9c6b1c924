import type { Context } from "../../emulator/handler";
import type { Account } from "../../s3/account";
import { Refused } from "../../s3/book";
import { failed, type Refusal } from "./errors";

/** What is being done, for the text of a refusal. */
export interface Doing {
  /** `creating S3 Bucket (backups)`. */
  readonly doing: string;
  readonly service: "S3" | "IAM";
  /** API action: `CreateBucket`. */
  readonly action: string;
}

/**
 * Does something at the servers of the account too; undefined where the cloud has records alone. What they
 * refuse is the provider's own error.
 */
export async function really<T>(
  { account }: Context,
  { doing, service, action }: Doing,
  work: (account: Account) => Promise<T>,
): Promise<T | undefined> {
  if (account === undefined) return undefined;
  try {
    return await work(account);
  } catch (error) {
    if (!(error instanceof Refused)) {
      throw failed(doing, error instanceof Error ? error.message : String(error));
    }
    const { code, message } = error;
    throw failed(doing, {
      service,
      action,
      status: error.status as Refusal["status"],
      code,
      message,
    });
  }
}
