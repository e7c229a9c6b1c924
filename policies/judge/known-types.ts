/**
 * Every type of resource that a stack may hold, and what it is there for. A type that is not here
 * is a violation: no policy would judge what it opens, grants or costs. Who needs another writes it
 * down here with the reason, and teaches the policies what it can do.
 */
export const knownTypes: Readonly<Record<string, string>> = {
  // The engine's own.
  "pulumi:pulumi:Stack": "the stack itself",
  "pulumi:pulumi:StackReference": "reads what a host stack published",
  "pulumi:providers:pulumi": "of the references",
  "pulumi:providers:aws": "bound to the declared account (pin-aws-account)",
  "pulumi:providers:cloudflare": "names, and what encrypts the way to them",
  "pulumi:providers:command": "sessions over SSH",
  "pulumi:providers:digitalocean": "machines",
  "pulumi:providers:scaleway": "machines",
  "pulumi:providers:tls": "host keys and certificates",

  // Components, which carry the facts that policies compare resources with.
  "berth:index:ProjectNode": "a node",
  "berth:index:Bootstrap": "the sessions with a node",
  "berth:index:ProjectNames": "a project's names",
  "berth:edge:OriginCertificate": "what a machine serves to the edge",
  "berth:edge:EdgeIdentity": "what the edge shows to machines",
  "berth:edge:OriginPulls": "has a machine demand it",
  "berth:site:ProjectSite": "brings a project its secrets and delivers it once",
  "berth:edge:ZoneTls": "how the edge talks to a zone's origins",
  "berth:backups:BackupBucket": "a bucket with its settings",
  "berth:backups:BackupCredential": "what a node writes archives with",
  "berth:backups:ArchiveGroup": "people who read archives, or drill them",

  "berth:integrations:ProjectJobs": "a project's jobs on Jenkins",
  "command:local:Command": "what Berth itself does at a service without a provider",

  // Machines, their addresses and firewalls.
  "digitalocean:index/droplet:Droplet": "a machine",
  "digitalocean:index/firewall:Firewall": "its firewall",
  "scaleway:instance/server:Server": "a machine",
  "scaleway:instance/ip:Ip": "its address",
  "scaleway:instance/securityGroup:SecurityGroup": "its firewall",
  "aws:ec2/instance:Instance": "a machine",
  "aws:ec2/eip:Eip": "its address",
  "aws:ec2/eipAssociation:EipAssociation": "gives the address to the machine",
  "aws:ec2/securityGroup:SecurityGroup": "its firewall",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "a rule of the firewall",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "a rule of the firewall",
  "tls:index/privateKey:PrivateKey": "the first host key of a machine, and keys of certificates",
  "tls:index/certRequest:CertRequest": "asks for a certificate",
  "tls:index/selfSignedCert:SelfSignedCert": "the authority of the edge's certificate",
  "tls:index/locallySignedCert:LocallySignedCert": "the edge's certificate",
  "command:remote:Command": "a session with a machine",
  "command:remote:CopyToRemote": "the program of such a session, delivered",

  // Names.
  "cloudflare:index/originCaCertificate:OriginCaCertificate":
    "the certificate that a machine serves to the edge",
  "cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate":
    "the edge's certificate, uploaded",
  "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls":
    "has the edge show it (verify-origins)",
  "cloudflare:index/zoneSetting:ZoneSetting": "a zone's mode (verify-origins)",
  "cloudflare:index/ruleset:Ruleset": "a zone's configuration rules (verify-origins)",
  "cloudflare:index/dnsRecord:DnsRecord": "a name",
  "pulumi:index:Stash": "remembers what a name held before it was taken over",

  // Backups.
  "aws:s3/bucket:Bucket": "holds archives",
  "aws:s3/bucketVersioning:BucketVersioning": "keeps what is overwritten",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    "encrypts archives",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "keeps the public out",
  "aws:s3/bucketPolicy:BucketPolicy": "refuses what is not TLS",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "lets old archives go",
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": "locks archives",
  "aws:iam/user:User": "a node at AWS",
  "aws:iam/userPolicy:UserPolicy": "what the node may do there",
  "aws:iam/accessKey:AccessKey": "the node's key",
  "aws:iam/group:Group": "people who get at archives; a manager puts them in",
  "aws:iam/groupPolicy:GroupPolicy": "what they may do (keep-archive-groups-narrow)",
};
