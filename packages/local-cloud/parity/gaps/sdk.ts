import type { Gap } from "../gap";

const tagged = [
  "ebs/snapshot:Snapshot",
  "ec2/amiFromInstance:AmiFromInstance",
  "ec2/eip:Eip",
  "ec2/instance:Instance",
  "ec2/keyPair:KeyPair",
  "ec2/securityGroup:SecurityGroup",
  "iam/user:User",
  "s3/bucket:Bucket",
  "vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
];

const schema = (type: string, field: string, recorded: string, emulated: string, reason: string) =>
  ({ type, field, aspect: "schema", recorded, emulated, reason }) satisfies Gap;

const newer =
  "the emulated Cloudflare is the recorded 6.17; the SDK of 6.22 has it, and the program does not use it.";
const demanded =
  "6.17 lets it pass in Check, as recorded; the SDK of 6.22 demands it before anything is sent.";
const signed = "tls:index/locallySignedCert:LocallySignedCert";
const writeOnly = "an input for Terraform's write-only values, which the program does not use.";

/** Where the SDK's classes name other fields than the emulators, and why. */
export const sdkGaps: readonly Gap[] = [
  ...tagged.map((type) =>
    schema(
      `aws:${type}`,
      "tagsAll",
      "output",
      "input",
      "the provider itself writes it into the inputs ahead of Check (pulumi-aws#5521), so the emulator knows it as one.",
    ),
  ),
  ...["includeShadowMetadata", "privateRouting"].map((field) =>
    schema("cloudflare:index/dnsRecord:DnsRecord", field, "input", "absent", newer),
  ),
  schema("cloudflare:index/ruleset:Ruleset", "accountId", "input", "absent", newer),
  schema("cloudflare:index/zoneSetting:ZoneSetting", "enabled", "input", "output", newer),
  ...["dnsRecord:DnsRecord", "zoneSetting:ZoneSetting"].map((type) =>
    schema(`cloudflare:index/${type}`, "zoneId", "input, required", "input", demanded),
  ),
  ...["certRequest:CertRequest", "selfSignedCert:SelfSignedCert"].flatMap((name) => [
    schema(
      `tls:index/${name}`,
      "privateKeyPem",
      "input, secret",
      "input, required, secret",
      "5.6.1 demands it in Check, as recorded, unless the write-only form is given; the SDK does not.",
    ),
    schema(`tls:index/${name}`, "privateKeyPemWo", "input, secret", "absent", writeOnly),
    schema(`tls:index/${name}`, "privateKeyPemWoVersion", "input", "absent", writeOnly),
  ]),
  schema(
    signed,
    "caPrivateKeyPem",
    "input, secret",
    "input, required, secret",
    "upstream demands it unless the write-only form is given, which is not emulated.",
  ),
  schema(signed, "caPrivateKeyPemWo", "input, secret", "absent", writeOnly),
  schema(signed, "caPrivateKeyPemWoVersion", "input", "absent", writeOnly),
];
