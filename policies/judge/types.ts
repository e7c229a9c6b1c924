/** Type tokens that policies know, and what they are to them. */
export const projectNode = "berth:index:ProjectNode";
export const projectNames = "berth:index:ProjectNames";
export const backupBucket = "berth:backups:BackupBucket";
export const backupCredential = "berth:backups:BackupCredential";
export const archiveGroup = "berth:backups:ArchiveGroup";

/** Machines, by type: whose they are and which input says where they run. */
export const servers: Readonly<
  Record<string, { readonly provider: string; readonly place: string; readonly image: string }>
> = {
  "digitalocean:index/droplet:Droplet": {
    provider: "digitalocean",
    place: "region",
    image: "image",
  },
  "scaleway:instance/server:Server": { provider: "scaleway", place: "zone", image: "image" },
  "scaleway:index/instanceServer:InstanceServer": {
    provider: "scaleway",
    place: "zone",
    image: "image",
  },
  "aws:ec2/instance:Instance": { provider: "aws", place: "region", image: "ami" },
  "aws:lightsail/instance:Instance": {
    provider: "aws",
    place: "availabilityZone",
    image: "blueprintId",
  },
};

/** Addresses that would be lost with their resource. */
export const addresses: readonly string[] = [
  "scaleway:instance/ip:Ip",
  "scaleway:index/instanceIp:InstanceIp",
  "aws:ec2/eip:Eip",
  "digitalocean:index/reservedIp:ReservedIp",
  "digitalocean:index/floatingIp:FloatingIp",
];

export const dnsRecords: readonly string[] = [
  "cloudflare:index/dnsRecord:DnsRecord",
  "cloudflare:index/record:Record",
];

/** What a group of people who get at archives is made of: itself, and its policy. */
export const group = "aws:iam/group:Group";
export const groupPolicy = "aws:iam/groupPolicy:GroupPolicy";

/** Buckets, the present type and those that older programs have in state. */
export const buckets: readonly string[] = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];

/** What says how Cloudflare's edge talks to the origins of a zone. */
export const zoneTls = "berth:edge:ZoneTls";
export const zoneSettings = "cloudflare:index/zoneSetting:ZoneSetting";
export const rulesets = "cloudflare:index/ruleset:Ruleset";
export const originPulls = "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls";
