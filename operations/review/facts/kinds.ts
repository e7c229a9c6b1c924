import { cloudFacts, cloudNamed, cloudOfMachine } from "../../../components/clouds/facts";

/** Machines, by the resource that is the machine. */
export const machines = cloudOfMachine;

/** The component of a project's names. */
export const namesType = "berth:index:ProjectNames";
export const bucketType = "aws:s3/bucket:Bucket";
export const lifecycleType = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
export const versioningType = "aws:s3/bucketVersioning:BucketVersioning";
export const lockType = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
export const recordType = "cloudflare:index/dnsRecord:DnsRecord";

/** Resource types that hold data themselves, beside machines and buckets. */
const dataLike =
  /(volume|snapshot|databaseCluster|databaseDb|filesystem|fileSystem|nfs|dbInstance|rds\/instance|rds\/cluster|bucketObject|bucketV2|spacesBucket|objectBucket|ami|image|userPool|tableV?\d?|redis|mongo)[:/]/i;

/** Resources at buckets and machines that only describe them. */
const descriptive =
  /(attachment|policy|association|assignment|versioning|configuration|publicAccessBlock|notification)/i;

/** Whether losing the resource loses data. A type nobody has taught this program counts as data. */
export function holdsData(type: string): boolean {
  if (type in machines || type === bucketType) return true;
  const [, path = ""] = type.split(":");
  return dataLike.test(`${path}:`) && !descriptive.test(path);
}

/** A provider's name as people write it. */
export function providerName(provider: string): string {
  const cloud = cloudNamed(provider);
  if (cloud !== undefined) return cloudFacts[cloud].label;
  return provider === "client" ? "the client's own machine" : provider;
}
