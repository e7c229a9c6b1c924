import { drillPolicy, readPolicy } from "../../components/backups/read-policy";
import { declaredOf, type Declared } from "../../policies/judge/declared";
import { policies } from "../../policies/index";
import { unknown, type Value, type Values } from "../../engine/values";
import { machines, type More } from "./lawful-machines";
import { Review, type Run, type Shown } from "../../policies/serve/review";
import { onlyNewNames } from "./resources";

export const account = "413528927365";
const zone = "b".repeat(32);
/** A bucket of before, which both environments adopt. */
export const adopted = "acme-old-archives";
const agency = { name: "acme", awsAccount: account, zones: { "shop.example": zone } };

/** What stacks of these tests declare. */
export const declared: Declared = declaredOf({
  agency,
  backups: { keepDays: 35, adopt: [{ name: adopted, region: "us-east-1" }] },
});

/**
 * A lawful stack of three nodes, one at each provider, as the engine shows it to the pack in a
 * preview. Tests change it by name, or add to it.
 */
export class LawfulStack {
  private readonly shown = new Map<string, Shown>();
  readonly own: string;

  constructor(
    readonly stack: "prod" | "stage" = "prod",
    private readonly phase: "preview" | "update" = "preview",
  ) {
    this.own = `acme-${stack}-backups-us-east-1`;
    this.add("pulumi:providers:aws", "aws", { allowedAccountIds: JSON.stringify([account]) });
    this.bucket("backups", this.own);
    this.add(
      "aws:s3/bucket:Bucket",
      "old-bucket",
      { bucket: adopted, region: "us-east-1" },
      {
        protect: true,
        parent: this.add(
          "berth:backups:BackupBucket",
          "old",
          { bucketName: adopted, region: "us-east-1", adopted: true },
          {},
        ),
      },
    );
    this.node("shop", "scaleway", "fr-par-1", { name: "unrestricted", number: 4 }, this.own);
    this.node("club", "digitalocean", "tor1", { name: "canada", number: 3 }, canada(this.stack));
    this.node("portal", "aws", "us-east-1", { name: "aws-only", number: 2 }, adopted);
    this.bucket("canada", canada(this.stack), "ca-central-1");
    this.group("readers", readPolicy(this.places));
    this.group("drills", drillPolicy(this.places));
    this.names();
  }

  /** Where the stack's archives are, as its people's groups have it. */
  private get places() {
    const whole = this.stack === "prod";
    const own = [this.own, canada(this.stack)].map((bucket) => ({
      ...{ bucket, prefix: "backups/", whole: false },
      // Copies of Berth's own state are production's, and go to one bucket.
      ...(whole && bucket === this.own ? { state: "backups/berth-state/" } : {}),
    }));
    return [...own, { bucket: adopted, prefix: whole ? "backups/" : "stage/backups/", whole }];
  }

  /** Adds a resource, and gives its URN. */
  add(type: string, name: string, values: Values, more: More = {}): string {
    const urn = `urn:pulumi:${this.stack}::berth::${type}::${name}`;
    this.shown.set(name, {
      urn,
      type,
      name,
      properties: { values, secrets: [], secretTexts: [] },
      protect: false,
      ignoreChanges: [],
      parent: "",
      dependencies: {},
      provider: undefined,
      ...more,
    });
    return urn;
  }

  /** Changes inputs of a resource. */
  change(name: string, values: Values, more: More = {}): void {
    const before = this.of(name);
    const properties = {
      ...before.properties,
      values: { ...before.properties.values, ...values },
    };
    this.shown.set(name, { ...before, properties, ...more });
  }

  /** Takes a resource out. */
  drop(name: string): void {
    this.of(name);
    this.shown.delete(name);
  }

  urn(name: string): string {
    return this.of(name).urn;
  }

  policy(name: string, ...statements: readonly object[]): void {
    this.change(name, { policy: document(...statements) });
  }

  /** The policies that a plan breaks, each with what it says. */
  broken(): readonly { readonly policy: string; readonly message: string }[] {
    const run: Run = { phase: this.phase, waivers: [], declared };
    const review = new Review(policies, run, "2026-11-28");
    const all = [...this.shown.values()];
    return [...all.flatMap((each) => review.judge(each)), ...review.judgeStack(all)].flatMap(
      ({ kind, policy, message }) =>
        kind === "violation" ? [{ policy: policy.name, message }] : [],
    );
  }

  private of(name: string): Shown {
    const found = this.shown.get(name);
    if (!found) throw new Error(`there is no ${name} in the stack`);
    return found;
  }

  private bucket(name: string, bucket: string, region = "us-east-1"): void {
    const parent = this.add(
      "berth:backups:BackupBucket",
      name,
      { bucketName: bucket, region, adopted: false },
      {},
    );
    const made = { parent };
    this.add(
      "aws:s3/bucket:Bucket",
      `${name}-bucket`,
      { bucket, region },
      { ...made, protect: true },
    );
    const part = (type: string, role: string, inputs: Values) =>
      this.add(
        `aws:s3/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`,
        `${name}-${role}`,
        { bucket, region, ...inputs },
        made,
      );
    part("BucketVersioning", "versioning", { versioningConfiguration: { status: "Enabled" } });
    part("BucketServerSideEncryptionConfiguration", "encryption", {
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    part("BucketPublicAccessBlock", "private", {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    part("BucketPolicy", "tls-only", {
      policy: document({ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" }),
    });
    part("BucketLifecycleConfiguration", "lifecycle", {
      rules: [{ status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 30 } }],
    });
    part("BucketObjectLockConfiguration", "lock", {
      rule: { defaultRetention: { mode: "COMPLIANCE", days: 30 } },
    });
  }

  private node(name: string, provider: string, region: string, rule: Values, bucket: string): void {
    const parent = this.add("berth:index:ProjectNode", name, {
      node: name,
      environment: this.stack,
      projects: [name],
      needs: provider === "aws" ? ["rds"] : [],
      residency: provider === "digitalocean" ? "canada" : "anywhere",
      provider,
      region,
      rule,
      clientServer: false,
      adopted: false,
      manage: ["people", "firewall"],
      retired: false,
    });
    machines[provider]!(this, name, region, parent);
    this.credential(name, parent, bucket);
  }

  private credential(name: string, node: string, bucket: string): void {
    const region = bucket === canada(this.stack) ? "ca-central-1" : "us-east-1";
    const parent = this.add(
      "berth:backups:BackupCredential",
      `${name}-backup`,
      { project: name, bucket, region },
      { parent: node },
    );
    const user = this.add("aws:iam/user:User", `${name}-writer`, {}, { parent });
    const more = { parent, dependencies: { user: [user] } };
    const top = this.stack === "stage" && bucket === adopted ? "stage/" : "";
    const policy = document(write(`${bucket}/${top}backups/${name}/*`), onlyNewNames);
    this.add("aws:iam/userPolicy:UserPolicy", `${name}-write`, { user: unknown, policy }, more);
    this.add("aws:iam/accessKey:AccessKey", `${name}-key`, { user: unknown }, more);
  }

  private group(role: string, policy: string): void {
    const parent = this.add("berth:backups:ArchiveGroup", role, { role }, {});
    const group = this.add("aws:iam/group:Group", `${role}-group`, { path: "/berth/" }, { parent });
    const more = { parent, dependencies: { group: [group] } };
    const type = "aws:iam/groupPolicy:GroupPolicy";
    this.add(type, `${role}-policy`, { group: unknown, policy }, more);
  }

  private names(): void {
    const names = {
      primary: "shop.example",
      origin: "origin.shop.example",
      direct: "direct.shop.example",
    };
    const parent = this.add("berth:index:ProjectNames", "shop-names", names);
    const record = (role: keyof typeof names, type: string, content: Value, proxied: boolean) =>
      this.add(
        "cloudflare:index/dnsRecord:DnsRecord",
        `shop-${role}`,
        { zoneId: zone, name: names[role], type, content, proxied, ttl: 60 },
        { parent },
      );
    record("primary", "A", unknown, true);
    record("origin", "A", unknown, false);
    record("direct", "CNAME", names.origin, false);
  }
}

/** A statement that lets objects be put below a place. */
export function write(place: string) {
  return {
    Effect: "Allow",
    Action: ["s3:PutObject", "s3:AbortMultipartUpload"],
    Resource: `arn:aws:s3:::${place}`,
  };
}

/** A policy document as text. */
export function document(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function canada(stack: string): string {
  return `acme-${stack}-backups-ca-central-1`;
}
