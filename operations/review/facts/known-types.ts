import type { CloudFacts } from "../../../components/clouds/describe";
import { cloudFacts } from "../../../components/clouds/facts";

/**
 * What each reader of a plan makes of a resource type: `reads` says that a change of it can be told in
 * that section, `-` that there is nothing of the kind in it. A type that is not here is unknown to the
 * review: a change of it is never called clear. A type that the program comes to register belongs here,
 * or into its cloud's facts, in the same change; a test compares.
 */
interface Readings {
  readonly access: Reading;
  readonly cost: Reading;
  readonly data: Reading;
  readonly interruption: Reading;
  readonly names: Reading;
}
type Reading = "reads" | "-";

const nothing: Readings = { access: "-", cost: "-", data: "-", interruption: "-", names: "-" };
const machine: Readings = { ...nothing, cost: "reads", data: "reads", interruption: "reads" };
const opening: Readings = { ...nothing, access: "reads" };
const setting: Readings = { ...nothing, data: "reads" };

/** What a cloud's machines are made of. Addresses are priced with their machine. */
function ofCloud({ machine: { types }, firewall, beside }: CloudFacts): Record<string, Readings> {
  return {
    [types[0]]: machine,
    [firewall]: opening,
    ...Object.fromEntries(beside.map((type) => [type, nothing])),
  };
}

export const knownTypes: Readonly<Record<string, Readings>> = {
  ...Object.assign({}, ...Object.values(cloudFacts).map(ofCloud)),
  "cloudflare:index/dnsRecord:DnsRecord": { ...nothing, names: "reads" },
  "aws:s3/bucket:Bucket": { ...nothing, cost: "reads", data: "reads" },
  "aws:s3/bucketVersioning:BucketVersioning": setting,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": setting,
  // Who a node, a project or a bucket is for: read with the component, not with what it is made of.
  "berth:index:Bootstrap": { ...nothing, access: "reads" },
  "berth:backups:BackupCredential": { ...nothing, access: "reads" },
  "berth:backups:ArchiveGroup": { ...nothing, access: "reads" },
  "berth:index:ProjectNode": nothing,
  "berth:index:ProjectNames": nothing,
  "berth:backups:BackupBucket": nothing,
  // A certificate that could not be made or brought holds its names up; it changes none of them.
  "berth:edge:OriginCertificate": nothing,
  "berth:edge:EdgeIdentity": nothing,
  "berth:edge:OriginPulls": nothing,
  "berth:edge:ZoneTls": nothing,
  // Code and secrets of a project: nothing of what a plan is read for.
  "berth:site:ProjectSite": nothing,
  // Jobs and agents at Jenkins, and a message to Slack: the jobs' own files show what they do.
  "berth:integrations:ProjectJobs": nothing,
  "command:local:Command": nothing,
  "cloudflare:index/zoneSetting:ZoneSetting": { ...nothing, names: "reads" },
  "cloudflare:index/ruleset:Ruleset": { ...nothing, names: "reads" },
  // Judged by the policies; nobody loses, gains or pays anything by them alone.
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": nothing,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": nothing,
  "aws:s3/bucketPolicy:BucketPolicy": nothing,
  "aws:iam/user:User": nothing,
  "aws:iam/userPolicy:UserPolicy": nothing,
  "aws:iam/accessKey:AccessKey": nothing,
  "aws:iam/group:Group": nothing,
  "aws:iam/groupPolicy:GroupPolicy": nothing,
  "command:remote:Command": nothing,
  "command:remote:CopyToRemote": nothing,
  "tls:index/privateKey:PrivateKey": nothing,
  "tls:index/certRequest:CertRequest": nothing,
  "tls:index/selfSignedCert:SelfSignedCert": nothing,
  "tls:index/locallySignedCert:LocallySignedCert": nothing,
  "cloudflare:index/originCaCertificate:OriginCaCertificate": nothing,
  "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls": nothing,
  "cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate":
    nothing,
};

/** The engine's own, with what it stores for the program, and the providers. */
const engines = /^pulumi:(pulumi:|providers:|index:Stash$)/;

export function isKnown(type: string): boolean {
  return engines.test(type) || type in knownTypes;
}
