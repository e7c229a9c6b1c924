import * as s3 from "@pulumi/aws/s3";
import type * as pulumi from "@pulumi/pulumi";

import type { BucketSpec, Fleet } from "../fleet/fleet";
import { placeOf } from "../fleet/show";
import { forEach, wordsOf, type Asking } from "./asking";
import type { OwnState } from "./own-state";

/** Whose a name is, as S3 lets this account see. */
type Owner = "nobody" | "this account" | "another account";

/**
 * Refuses names of buckets that are taken: all accounts of AWS share them, and S3 says so only when a
 * bucket is made, with the machines bought already. Buckets of this stack and those it adopts are
 * not asked about.
 */
export async function lookAtBuckets(
  { buckets, role, stack }: Fleet,
  own: OwnState | undefined,
  provider: pulumi.ProviderResource | undefined,
  asking: Asking,
): Promise<void> {
  if (role !== "environment" || provider === undefined) return;
  const made = new Set((own?.all("aws:s3/bucket:Bucket") ?? []).map(({ bucket }) => bucket));
  const wanted = buckets.filter(({ adopted, name }) => !adopted && !made.has(name));
  await forEach(wanted, async (bucket) => {
    const { name } = bucket;
    const owner = await asking.ask(`the bucket name ${name} is free`, () =>
      ownerOf(bucket, provider),
    );
    if (owner === "this account" && own === undefined) {
      asking.notes.push(
        `The bucket ${name} exists in this account. An update that did not end may have made it: the ` +
          "next one compares it with its state.",
      );
    } else if (owner !== undefined && owner !== "nobody") refuse(bucket, owner, stack, asking);
  });
}

function refuse(
  { name, region }: BucketSpec,
  owner: Exclude<Owner, "nobody">,
  stack: string,
  asking: Asking,
): void {
  const ours = owner === "this account";
  asking.problems.push({
    path: placeOf(["backups"]),
    message: ours
      ? `would make the bucket ${name}, which exists in this account and is not in this stack's state`
      : `would make the bucket ${name}, whose name is taken: by another account, or where this one may not look`,
    received: JSON.stringify(name),
    fix: ours
      ? `take it over with berth:backups.adopt (name: ${name}, region: ${region}), or delete it when nothing in it is needed`
      : `make a bucket of another name by hand and take it over with berth:backups.adopt (region: ${region}) in Pulumi.${stack}.yaml`,
  });
}

/** The provider gives the answers of S3's HeadBucket as texts of errors. */
async function ownerOf(
  { name, region }: BucketSpec,
  provider: pulumi.ProviderResource,
): Promise<Owner> {
  try {
    await s3.getBucket({ bucket: name, region }, { provider });
    return "this account";
  } catch (error) {
    const words = wordsOf(error);
    if (/couldn't find resource|empty result|StatusCode: 404|NoSuchBucket/.test(words)) {
      return "nobody";
    }
    // 301: it is in another region, whoever owns it.
    if (/StatusCode: (301|403)/.test(words)) return "another account";
    throw error;
  }
}
