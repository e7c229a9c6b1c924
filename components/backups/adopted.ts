import { getResource } from "@pulumi/aws/cloudcontrol/getResource";
import type { ProviderResource } from "@pulumi/pulumi";

import { mapping } from "../fleet/mapping";
import type { BucketSpec, Fleet } from "../fleet/fleet";
import { ConfigError, type Problem } from "../fleet/problem";
import { placeOf } from "../fleet/show";

/**
 * Looks at the buckets that a fleet adopts and refuses one that is not versioned, since its settings
 * are never altered: there an archive that is overwritten or deleted would be gone. One that cannot
 * be looked at is refused too.
 *
 * Throws a `ConfigError`; meant to be asked before the first resource is registered. Asks AWS
 * through Cloud Control, since the provider has no look-up of its own for a bucket's versioning.
 */
export async function checkAdoptedBuckets(
  fleet: Fleet,
  provider: ProviderResource | undefined,
): Promise<void> {
  const adopted = fleet.buckets.filter((bucket) => bucket.adopted);
  if (provider === undefined || adopted.length === 0) return;
  const problems = await Promise.all(adopted.map((bucket) => problemOf(fleet, bucket, provider)));
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw new ConfigError(found);
}

async function problemOf(
  { role, environment }: Fleet,
  { name, region }: BucketSpec,
  provider: ProviderResource,
): Promise<Problem | undefined> {
  const base = {
    path: placeOf(["backups", "adopt"], role === "host" ? `Pulumi.${environment}.yaml` : undefined),
    received: JSON.stringify(name),
  };
  try {
    const status = await versioningOf(name, region, provider);
    if (status === "Enabled") return undefined;
    return {
      ...base,
      message: `is a bucket that is not versioned (${status ?? "never switched on"}): an archive that is overwritten or deleted there is gone, and Berth does not alter a bucket that it adopts`,
      fix: `switch it on: aws s3api put-bucket-versioning --bucket ${name} --region ${region} --versioning-configuration Status=Enabled`,
    };
  } catch (error) {
    return {
      ...base,
      message: `is a bucket that could not be looked at in ${region}, so nobody knows whether it is versioned: ${firstLine(error)}`,
      fix: `compare name and region with \`aws s3api get-bucket-location --bucket ${name}\`, and let the deployer's credentials call cloudformation:GetResource and read the settings of the bucket`,
    };
  }
}

/** `Enabled`, `Suspended`, or undefined where nobody ever switched it on. */
async function versioningOf(
  identifier: string,
  region: string,
  provider: ProviderResource,
): Promise<string | undefined> {
  const { properties } = await getResource(
    { typeName: "AWS::S3::Bucket", identifier, region },
    { provider },
  );
  const status = mapping(mapping(JSON.parse(properties))["VersioningConfiguration"])["Status"];
  return typeof status === "string" ? status : undefined;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // The engine puts the name of the function first, the provider a list of one.
  return (text.match(/\* (.*)/)?.[1] ?? text.split("\n")[0] ?? "").replace(/\.$/, "");
}
