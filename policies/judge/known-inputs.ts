const remote = ["create", "stdin", "triggers", "logging", "addPreviousOutputInEnv", "connection"];
const rule = ["securityGroupId", "ipProtocol", "fromPort", "toPort", "cidrIpv4", "cidrIpv6"];
const lookedAt = ["referencedSecurityGroupId", "prefixListId", "description", "region", "tags"];
const certificate = ["allowedUses", "validityPeriodHours", "earlyRenewalHours"];
const ofBucket = ["bucket", "region"];

/**
 * The inputs that a resource of each type, and a provider, may have: those that the program sets or a policy judges.
 * Whatever else a type knows opens, grants, runs or leads somewhere that no policy looks at: a key of somebody's own
 * on a machine, a role for it, a program at its end, a provider's address, a proxy before it. Who needs another
 * writes it down here and teaches the policies what it can do.
 *
 * Components are not here: their inputs are facts, which policies compare with the rest.
 */
export const knownInputs: Readonly<Record<string, readonly string[]>> = {
  // Whose account, and where in it. An address, a proxy or a file of credentials is in nobody's stack file.
  "pulumi:providers:pulumi": [],
  "pulumi:providers:command": [],
  "pulumi:providers:tls": [],
  "pulumi:providers:aws": [
    ...["region", "allowedAccountIds", "accessKey", "secretKey", "token"],
    // The SDK's own defaults.
    ...["skipMetadataApiCheck", "skipRegionValidation"],
  ],
  "pulumi:providers:cloudflare": ["apiToken", "apiKey", "apiUserServiceKey", "email"],
  "pulumi:providers:digitalocean": ["token", "spacesAccessId", "spacesSecretKey"],
  "pulumi:providers:scaleway": [
    ...["accessKey", "secretKey", "organizationId", "projectId", "region", "zone"],
  ],

  "command:local:Command": [
    ...["create", "update", "delete", "stdin", "logging", "addPreviousOutputInEnv"],
    // Refused by use-known-resources, which says why.
    ...["interpreter", "dir", "environment"],
  ],
  "command:remote:Command": remote,
  "command:remote:CopyToRemote": ["connection", "source", "remotePath", "triggers"],

  "digitalocean:index/droplet:Droplet": [
    ...["name", "region", "size", "image", "userData", "monitoring", "resizeDisk", "ipv6", "tags"],
  ],
  "digitalocean:index/firewall:Firewall": [
    ...["name", "dropletIds", "tags", "inboundRules", "outboundRules"],
  ],
  "scaleway:instance/server:Server": [
    ...["name", "type", "image", "zone", "ipIds", "securityGroupId", "rootVolume", "userData"],
    "tags",
  ],
  "scaleway:instance/ip:Ip": ["type", "zone", "tags"],
  "scaleway:instance/securityGroup:SecurityGroup": [
    ...["name", "zone", "tags", "stateful", "inboundDefaultPolicy", "outboundDefaultPolicy"],
    ...["inboundRules", "outboundRules"],
  ],
  "aws:ec2/instance:Instance": [
    ...["region", "ami", "instanceType", "vpcSecurityGroupIds", "userData", "rootBlockDevice"],
    ...["metadataOptions", "tags"],
  ],
  "aws:ec2/eip:Eip": ["region", "domain", "tags"],
  "aws:ec2/eipAssociation:EipAssociation": ["region", "allocationId", "instanceId"],
  "aws:ec2/securityGroup:SecurityGroup": [
    ...["region", "name", "namePrefix", "description", "ingress", "egress", "tags"],
  ],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": [...rule, ...lookedAt],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": [...rule, ...lookedAt],

  "tls:index/privateKey:PrivateKey": ["algorithm", "ecdsaCurve"],
  "tls:index/certRequest:CertRequest": ["privateKeyPem", "subject", "dnsNames"],
  "tls:index/selfSignedCert:SelfSignedCert": [
    ...["privateKeyPem", "subject", "isCaCertificate", ...certificate],
  ],
  "tls:index/locallySignedCert:LocallySignedCert": [
    ...["certRequestPem", "caPrivateKeyPem", "caCertPem", ...certificate],
  ],

  "cloudflare:index/originCaCertificate:OriginCaCertificate": [
    ...["csr", "hostnames", "requestType", "requestedValidity"],
  ],
  "cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate":
    ["zoneId", "certificate", "privateKey"],
  "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls": ["zoneId", "configs"],
  "cloudflare:index/zoneSetting:ZoneSetting": ["zoneId", "settingId", "value"],
  "cloudflare:index/ruleset:Ruleset": ["zoneId", "kind", "name", "description", "phase", "rules"],
  "cloudflare:index/dnsRecord:DnsRecord": [
    ...["zoneId", "name", "type", "content", "proxied", "ttl", "comment", "tags", "settings"],
  ],
  "pulumi:index:Stash": ["input"],

  "aws:s3/bucket:Bucket": [
    ...ofBucket,
    // Judged by keep-buckets-private and its like, which say what is wrong with them.
    ...["acl", "grants", "policy", "website", "replicationConfiguration", "lifecycleRules"],
  ],
  "aws:s3/bucketVersioning:BucketVersioning": [...ofBucket, "versioningConfiguration"],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    ...[...ofBucket, "rules"],
  ],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": [
    ...[...ofBucket, "blockPublicAcls", "blockPublicPolicy"],
    ...["ignorePublicAcls", "restrictPublicBuckets"],
  ],
  "aws:s3/bucketPolicy:BucketPolicy": [...ofBucket, "policy"],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": [...ofBucket, "rules"],
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": [...ofBucket, "rule"],
  "aws:iam/user:User": ["name", "path", "tags"],
  "aws:iam/userPolicy:UserPolicy": ["user", "name", "policy"],
  "aws:iam/accessKey:AccessKey": ["user"],
  "aws:iam/group:Group": ["name", "path"],
  "aws:iam/groupPolicy:GroupPolicy": ["group", "name", "policy"],
};

/** What a session with a machine is led by: no other host between, and no key or password of its own. */
export const knownConnection: readonly string[] = [
  "host",
  "port",
  "user",
  "hostKey",
  "dialErrorLimit",
  "perDialTimeout",
];

/** Where the plugins of providers come from that are not Pulumi's own, as their SDKs say it. */
export const knownDownloads: Readonly<Record<string, string>> = {
  "pulumi:providers:scaleway": "github://api.github.com/pulumiverse",
};

/** What the providers themselves set where a program does not; with another value, an input counts as set. */
export const usualValues: Readonly<Record<string, boolean | string>> = {
  bootType: "local",
  enableDefaultSecurity: true,
  objectLockEnabled: "Enabled",
  sourceDestCheck: true,
  status: "Active",
};
