import type { World } from "../../emulator/world";

/** The account whose credentials a local run holds, unless another is seeded. */
export const defaultAccount = "413528927365";

const kind = "aws/account";
const id = "current";

/** The 12 digits of the account whose credentials the local cloud sees: the one seeded last. */
export function accountOf(world: World): string {
  const seeded = world.list(kind).at(-1);
  return String(seeded?.data["accountId"] ?? seeded?.data["id"] ?? defaultAccount);
}

/**
 * Makes the credentials at hand belong to another account (R33), or, with `"missing"` or
 * `"invalid"`, be none at all or refused by AWS. Throws unless the account has 12 digits.
 */
export function seedAccount(
  world: World,
  accountId: string,
  credentials: "valid" | "missing" | "invalid" = "valid",
): void {
  if (!/^\d{12}$/.test(accountId)) {
    throw new Error(`account: ${JSON.stringify(accountId)} is no AWS account; write its 12 digits`);
  }
  world.put(kind, id, { accountId, credentials });
}

/** What AWS says of the credentials at hand. */
export function credentialsOf(world: World): "valid" | "missing" | "invalid" {
  const state = world.list(kind).at(-1)?.data["credentials"];
  return state === "missing" || state === "invalid" ? state : "valid";
}

/** Has AWS give that many Elastic IPs to each region of the account. */
export function seedElasticIps(world: World, limit: number): void {
  world.put("aws/quota", "eips", { limit });
}

/** A bucket of somebody else: names are shared by all accounts. */
export function seedForeignBucket(world: World, bucket: string): void {
  world.put("aws/foreign-bucket", bucket, { bucket });
}

/** An object in a bucket of ours, which keeps the bucket from being deleted. */
export function seedObject(world: World, bucket: string, key: string): void {
  if (!world.get("aws/bucket", bucket)) {
    throw new Error(`object ${key}: there is no bucket ${bucket} on the local cloud`);
  }
  world.put("aws/object", `${bucket}/${key}`, { bucket, key });
}

/** A machine image that exists besides the public ones. */
export function seedImage(world: World, imageId: string, name: string): void {
  world.put("aws/ami", imageId, { name, public: false });
}
