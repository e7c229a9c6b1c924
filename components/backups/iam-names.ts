import { createHash } from "node:crypto";

/** Longest names that IAM takes. */
export const iamLimits = { user: 64, policy: 128 } as const;

/** What the engine adds to a logical name to make a name of its own: a hyphen and seven digits. */
const added = 8;

/**
 * The `name` of an IAM object whose logical name would lead to one that IAM refuses for its length;
 * nothing where the engine's own fits. Told apart by a digest, since users of all stacks are in one
 * account.
 */
export function fittingName(
  logicalName: string,
  stack: string,
  limit: number,
): { readonly name?: string } {
  if (logicalName.length + added <= limit) return {};
  const mark = createHash("sha256").update(`${stack} ${logicalName}`).digest("hex").slice(0, 12);
  return { name: `${logicalName.slice(0, limit - mark.length - 1)}-${mark}` };
}
