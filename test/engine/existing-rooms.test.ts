import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { mapping } from "../../components/fleet/mapping";
import { fleetOf, project } from "./agency";
import { ScratchCloud } from "../../rehearsal/scratch";

/** Begins like AWS's own ids, and is too long for the engine's names in IAM. */
const portal = "sg-portal-of-the-singapore-office";
const projects = {
  shop: project("shop.example"),
  club: project("club.example", { residency: "canada" }),
  [portal]: project("portal.acme.dev", { needs: ["rds"] }),
};
const kinds = ["digitalocean/droplet", "scaleway/server", "aws/instance", "aws/eip", "aws/user"];

describe("accounts with no room, and machines that grow", () => {
  let cloud: ScratchCloud;
  const put = (kind: string, id: string, data: Record<string, unknown>) =>
    cloud.control("PUT", `/objects/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`, data);
  const remove = (kind: string, id: string) =>
    cloud.control("DELETE", `/objects/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`);
  const said = async (...command: string[]) => {
    const { code, stdout, stderr } = await cloud.pulumi(...command, "--stack", "stage");
    return { code, text: stdout + stderr };
  };
  const held = async () => {
    const found = await Promise.all(kinds.map((kind) => cloud.objects(kind)));
    return found.flat().map(({ id }) => id);
  };
  const declare = (node?: Record<string, unknown>) =>
    cloud.stack("stage", {
      projects,
      nodes: node ? { shop: node, club: node, [portal]: node } : {},
    });
  const disks = async () => {
    const sizes = await Promise.all(
      [
        ["digitalocean/droplet", "disk"],
        ["scaleway/server", "rootVolume", "sizeInGb"],
        ["aws/instance", "rootBlockDevice", "volumeSize"],
      ].map(async ([kind, ...path]) => {
        const [found] = await cloud.objects(kind!);
        return path.reduce<unknown>((value, key) => mapping(value)[key], found!.data);
      }),
    );
    return sizes;
  };

  beforeAll(async () => {
    cloud = await ScratchCloud.start(fleetOf("stage", projects), {
      buckets: [{ name: "acme-stage-backups-ca-central-1", region: "ca-central-1" }],
    });
  });
  afterAll(() => cloud.stop());

  it("are told all at once before anything is bought", async () => {
    await put("aws/default-vpc", "us-east-1", { deleted: true });
    await put("aws/quota", "eips", { limit: 0 });
    await put("aws/foreign-bucket", "acme-stage-backups-us-east-1", {});
    await put("digitalocean/account", "current", { dropletLimit: 0 });
    await put("scaleway/shortage", "fr-par-1/DEV1-S", { at: "create" });
    const taken = "would make the bucket acme-stage-backups-us-east-1, whose name is taken";
    const expected = [
      `berth:nodes.${portal}: goes to AWS, us-east-1, where the account has no default VPC`,
      "aws ec2 create-default-vpc --region us-east-1",
      `berth:nodes.${portal}: needs 1 more Elastic IPs in us-east-1, but the account has 0 of at most 0`,
      "berth:nodes.club: needs 1 more Droplets, but the account has 0 of at most 0",
      "berth:nodes.shop: needs a DEV1-S, which Scaleway has run out of in fr-par-1",
      taken,
    ];
    const preview = await said("preview");
    const update = await said("up", "--yes", "--skip-preview");
    for (const { code, text } of [preview, update]) {
      expect(code).not.toBe(0);
      for (const line of expected) expect(text).toContain(line);
    }
    // A preview cannot know yet whether an update that was cut off has made it.
    expect(preview.text).not.toContain("would make the bucket acme-stage-backups-ca-central-1");
    expect(update.text).toContain(
      "would make the bucket acme-stage-backups-ca-central-1, which exists in this account",
    );
    expect(await held()).toEqual([]);
    await remove("aws/default-vpc", "us-east-1");
    await remove("aws/quota", "eips");
    await remove("aws/foreign-bucket", "acme-stage-backups-us-east-1");
    await remove("aws/bucket", "acme-stage-backups-ca-central-1");
    await remove("digitalocean/account", "current");
    await remove("scaleway/shortage", "fr-par-1/DEV1-S");
  });

  it("finds names that AWS takes for a node whose own it would refuse", async () => {
    await cloud.up("stage");
    const [group] = await cloud.objects("aws/security-group");
    expect(group!.data["name"]).toMatch(/^berth-sg-portal-of-the-singapore-office-firewall-\d+$/);
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "stage");
    expect(await disks()).toEqual([50, 50, 50]);
  });

  it("grows every disk where more is asked for, and says what it takes", async () => {
    declare({ diskGb: 150 });
    const { text } = await said("preview");
    expect(text).toContain(
      "Node club: its machine is powered off and on again to become s-4vcpu-8gb instead of s-1vcpu-2gb",
    );
    expect(text).toContain("Node club: its disk grows from 50 to 160 GB; it can never shrink");
    expect(text).toContain("Node shop: its disk grows from 50 to 150 GB");
    expect(text).toContain(`Node ${portal}: its disk grows from 50 to 150 GB`);
    expect(text).not.toContain("Node shop: its machine is powered off");
    const before = await held();
    await cloud.up("stage");
    expect(await disks()).toEqual([160, 150, 150]);
    expect(await held()).toEqual(before);
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "stage");
  });

  it("refuses to shrink a disk, in the preview and on every provider", async () => {
    declare();
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { code, text } = await said(...command);
      expect(code).not.toBe(0);
      expect(text).toContain(
        "berth:nodes.club.diskGb: would give the node a disk of 50 GB (s-1vcpu-2gb), but its machine has one of 160 GB",
      );
      for (const node of ["shop", portal]) {
        expect(text).toContain(`berth:nodes.${node}.diskGb: would give the node a disk of 50 GB`);
      }
      expect(text).toContain("Fix: write diskGb: 150");
    }
    expect(await disks()).toEqual([160, 150, 150]);
  });
});
