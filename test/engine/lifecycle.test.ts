import * as fs from "node:fs";
import * as path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, fleetOf, project } from "./agency";
import { doors } from "./doors";
import type { PlannedStep } from "../../engine/formats";
import { ScratchCloud } from "../../rehearsal/scratch";

const typeOf = (step: PlannedStep) => step.urn.split("::")[2]!.split("$").at(-1)!;
const nameOf = (step: PlannedStep) => step.urn.split("::")[3]!;

/** Registrations by type: what a preview says it will make. */
function counts(steps: readonly PlannedStep[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const step of steps) found[typeOf(step)] = (found[typeOf(step)] ?? 0) + 1;
  return found;
}

describe("one project on each provider, in production", () => {
  let cloud: ScratchCloud;
  let atFirst: string[];
  const projects = {
    shop: project("shop.example"),
    club: project("club.example", { residency: "canada" }),
    portal: project("portal.acme.dev", { needs: ["cognito"] }),
  };

  beforeAll(async () => {
    cloud = await ScratchCloud.start(fleetOf("prod", projects));
    atFirst = await cloud.inventory();
  });
  afterAll(() => cloud.stop());

  it("previews exactly the resources that the rules ask for, and touches nothing", async () => {
    const steps = await cloud.plan("prod");
    expect(steps.every(({ op }) => op === "create")).toBe(true);
    expect(counts(steps)).toEqual({
      "pulumi:pulumi:Stack": 1,
      "pulumi:providers:aws": 1,
      "berth:index:ProjectNode": 3,
      "berth:index:Bootstrap": 3,
      "command:remote:Command": 12,
      "command:remote:CopyToRemote": 3,
      "berth:index:ProjectNames": 3,
      "berth:backups:BackupBucket": 2,
      "berth:backups:BackupCredential": 3,
      "berth:backups:ArchiveGroup": 2,
      "tls:index/privateKey:PrivateKey": 8,
      "scaleway:instance/server:Server": 1,
      "scaleway:instance/ip:Ip": 1,
      "scaleway:instance/securityGroup:SecurityGroup": 1,
      "digitalocean:index/droplet:Droplet": 1,
      "digitalocean:index/firewall:Firewall": 1,
      "aws:ec2/instance:Instance": 1,
      "aws:ec2/eip:Eip": 1,
      "aws:ec2/eipAssociation:EipAssociation": 1,
      "aws:ec2/securityGroup:SecurityGroup": 1,
      "aws:s3/bucket:Bucket": 2,
      "aws:s3/bucketVersioning:BucketVersioning": 2,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 2,
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 2,
      "aws:s3/bucketPolicy:BucketPolicy": 2,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 2,
      "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": 2,
      "aws:iam/user:User": 3,
      "aws:iam/userPolicy:UserPolicy": 3,
      "aws:iam/accessKey:AccessKey": 3,
      "aws:iam/group:Group": 2,
      "aws:iam/groupPolicy:GroupPolicy": 2,
      "cloudflare:index/dnsRecord:DnsRecord": 9,
      "berth:edge:EdgeIdentity": 1,
      "berth:edge:OriginCertificate": 3,
      "berth:edge:OriginPulls": 3,
      "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls": 3,
      "cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate": 3,
      "cloudflare:index/originCaCertificate:OriginCaCertificate": 3,
      "tls:index/certRequest:CertRequest": 4,
      "tls:index/locallySignedCert:LocallySignedCert": 1,
      "tls:index/selfSignedCert:SelfSignedCert": 1,
      "pulumi:index:Stash": 1,
    });
    expect(doors(steps)).toEqual({
      "club-firewall": ["22 from anyone", "80 from the edge", "443 from the edge"],
      "shop-firewall": ["22 from anyone", "80 from the edge", "443 from the edge"],
      "portal-firewall": [
        "22 to 22 from anyone",
        "80 to 80 from the edge",
        "443 to 443 from the edge",
      ],
    });
    expect(await cloud.objects("digitalocean/droplet")).toEqual([]);
  });

  it("refuses what the engine is given otherwise than by the stack's file, and a secret in it", async () => {
    const file = path.join(cloud.project, "Pulumi.prod.yaml");
    const text = fs.readFileSync(file, "utf8");
    const other = path.join(cloud.project, "other.yaml");
    fs.writeFileSync(other, text.replace("club.example", "other.example"));
    const given = await cloud.pulumi("preview", "--stack", "prod", "--config-file", other);
    expect(given.code).not.toBe(0);
    expect(given.stdout + given.stderr).toContain(
      "Pulumi.prod.yaml: berth:projects.club.domain: is not what the engine was given for it",
    );
    await cloud.succeed(
      "config",
      "set",
      "--secret",
      "--path",
      "--stack",
      "prod",
      "berth:nodes.club.size",
      "x",
    );
    const secret = await cloud.pulumi("preview", "--stack", "prod");
    fs.writeFileSync(file, text);
    expect(secret.code).not.toBe(0);
    expect(secret.stdout + secret.stderr).toContain(
      "Pulumi.prod.yaml: berth:nodes.club.size: is a secret, and secret values are not read",
    );
  });

  it("names a stray stack file and goes on, and reads what merge keys bring", async () => {
    const stray = path.join(cloud.project, "Pulumi.sandbox.yaml");
    fs.writeFileSync(stray, "config: [");
    const file = path.join(cloud.project, "Pulumi.prod.yaml");
    const text = fs.readFileSync(file, "utf8");
    const shared = `x-shared: &shared { access: [everyone], backup: { database: postgres } }\n`;
    fs.writeFileSync(
      file,
      `${shared}config: { berth:projects: { shop: { <<: *shared, domain: shop.example } } }\n`,
    );
    const { stdout, stderr } = await cloud.succeed("preview", "--stack", "prod");
    fs.rmSync(stray);
    fs.writeFileSync(file, text);
    expect(stdout + stderr).toContain("Pulumi.sandbox.yaml: the file cannot be read");
    expect(stdout).toMatch(/scaleway:instance:Server/);
  });

  it("comes up, publishes every node, project and backup, and a second up changes nothing", async () => {
    await cloud.up("prod");
    const { nodes, projects: served, backups } = await cloud.outputs("prod");
    expect(nodes!["shop"]).toMatchObject({
      provider: "scaleway",
      rule: { name: "unrestricted", number: 4 },
      login: "root",
      projects: ["shop"],
    });
    expect(nodes!["club"]).toMatchObject({
      provider: "digitalocean",
      region: "tor1",
      login: "root",
    });
    expect(nodes!["portal"]).toMatchObject({
      provider: "aws",
      region: "us-east-1",
      login: "ubuntu",
    });
    const addresses = Object.values(nodes!).map(({ address }) => address);
    expect(new Set(addresses).size).toBe(3);
    expect(served!["portal"]).toMatchObject({
      primary: "portal.acme.dev",
      origin: "portal-origin.acme.dev",
      direct: "portal-direct.acme.dev",
      servedBy: "prod",
    });
    expect(backups!["club"]).toEqual({
      bucket: "acme-prod-backups-ca-central-1",
      prefix: "backups/club/",
      region: "ca-central-1",
    });
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "prod");
  });

  it("keeps its outputs when an update is refused, and prints none of them as removed", async () => {
    const before = await cloud.outputs("prod");
    const file = path.join(cloud.project, "Pulumi.prod.yaml");
    const text = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, text.replace("club.example", "club.elsewhere"));
    const refused = await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    fs.writeFileSync(file, text);
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain("lies in no declared Cloudflare zone");
    expect(refused.stdout).not.toMatch(/^ +- (nodes|projects|backups)/m);
    expect(refused.stdout + refused.stderr).not.toContain("at parseFleet");
    expect(await cloud.outputs("prod")).toEqual(before);
  });

  it("makes records that lead to the host, of which only the primary name is proxied", async () => {
    const { nodes } = await cloud.outputs("prod");
    const records = (await cloud.objects("cloudflare/dns_record")).map(({ data }) => data);
    const found = (name: string) => records.find((record) => record["name"] === name);
    const address = nodes!["shop"]!["address"];
    expect(found("shop.example")).toMatchObject({ type: "A", content: address, proxied: true });
    expect(found("origin.shop.example")).toMatchObject({
      type: "A",
      content: address,
      proxied: false,
    });
    expect(found("direct.shop.example")).toMatchObject({
      type: "CNAME",
      content: "origin.shop.example",
      proxied: false,
    });
  });

  it("resizes a node in place", async () => {
    cloud.stack("prod", { projects, nodes: { club: { memoryGb: 4 } } });
    const steps = await cloud.plan("prod");
    expect(steps.map((step) => [step.op, typeOf(step)])).toEqual([
      ["update", "digitalocean:index/droplet:Droplet"],
    ]);
    const before = await cloud.objects("digitalocean/droplet");
    await cloud.up("prod");
    const after = await cloud.objects("digitalocean/droplet");
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(after[0]!.data["size"]).toBe("s-2vcpu-4gb");
  });

  it("keeps live machines when a newer image, other user data or other keys come out", async () => {
    // As if they had been made in the year of the last LTS, by another deployer.
    await cloud.rewriteState("prod", (resource) => {
      if (resource.type.endsWith(":Droplet")) {
        resource.inputs["image"] = resource.outputs["image"] = "ubuntu-24-04-x64";
        resource.inputs["userData"] = "#cloud-config\n";
        resource.outputs["userData"] = "0".repeat(40);
      }
      if (resource.type === "scaleway:instance/server:Server") {
        resource.inputs["image"] = resource.outputs["image"] = "ubuntu_noble";
        resource.inputs["userData"] = resource.outputs["userData"] = { "cloud-init": "old" };
      }
      if (resource.type === "aws:ec2/instance:Instance") {
        resource.inputs["ami"] = resource.outputs["ami"] = "ami-0123456789abcdef0";
        resource.inputs["userData"] = resource.outputs["userData"] = "old";
      }
    });
    const keys = { cd: agency.team.members.ben.keys[0].replace("ben", "cd") };
    const team = {
      ...agency.team,
      members: { ana: agency.team.members.ana },
      groups: { everyone: ["ana"] },
    };
    cloud.stack("prod", {
      projects,
      nodes: { club: { memoryGb: 4 } },
      team: { ...team, deployers: keys },
    });
    // Changed keys reach the machines over SSH, one session each.
    const steps = (await cloud.plan("prod")).filter((step) => !typeOf(step).startsWith("berth:"));
    expect(steps.map((step) => `${step.op} ${nameOf(step)}`).sort()).toEqual([
      "update club-converge",
      "update portal-converge",
      "update shop-converge",
    ]);
    cloud.stack("prod", { projects, nodes: { club: { memoryGb: 4 } } });
  });

  it("sees what was changed behind its back on refresh, and the next up restores it", async () => {
    const record = (await cloud.objects("cloudflare/dns_record")).find(
      ({ data }) => data["name"] === "shop.example",
    )!;
    await cloud.tamper("cloudflare/dns_record", record.id, {
      content: "198.51.100.9",
      proxied: false,
    });
    await cloud.succeed("refresh", "--yes", "--stack", "prod");
    const steps = await cloud.plan("prod");
    expect(steps.map((step) => [step.op, nameOf(step)])).toEqual([["update", "shop-primary"]]);
    await cloud.up("prod");
    const records = await cloud.objects("cloudflare/dns_record");
    const restored = records.find(({ id }) => id === record.id);
    expect(restored!.data).toMatchObject({ proxied: true });
    expect(restored!.data["content"]).not.toBe("198.51.100.9");
  });

  it("is not destroyed while protected, and leaves nothing behind once unprotected", async () => {
    const before = await cloud.inventory();
    const unseen = ["--skip-preview", "--continue-on-error"];
    for (const more of [[], ["--skip-preview"], unseen, [...unseen, "--run-program"]]) {
      const refused = await cloud.pulumi("destroy", "--yes", ...more, "--stack", "prod");
      expect(refused.code).not.toBe(0);
      expect(await cloud.inventory()).toEqual(before);
    }
    await cloud.pulumi("destroy", "--yes", ...unseen, "--exclude-protected", "--stack", "prod");
    expect(await cloud.inventory()).toEqual(before);
    await cloud.succeed("state", "unprotect", "--all", "--yes", "--stack", "prod");
    await cloud.succeed("destroy", "--yes", "--stack", "prod");
    expect(await cloud.inventory()).toEqual(atFirst);
  });
});
