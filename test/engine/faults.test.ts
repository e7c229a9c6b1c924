import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { fleetOf, project } from "./agency";
import { ScratchCloud } from "../../rehearsal/scratch";

const projects = {
  shop: project("shop.example"),
  club: project("club.example", { residency: "canada" }),
};
const droplet = "digitalocean:index/droplet:Droplet";
const record = "cloudflare:index/dnsRecord:DnsRecord";

describe("a cloud that fails", () => {
  let cloud: ScratchCloud;
  const fault = (type: string, operation: string, kind: string, times = 1) =>
    cloud.control("POST", "/faults", {
      type,
      operation,
      kind,
      times,
      message: `told to fail: ${kind}`,
    });
  const attempt = () => cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
  const attemptAll = () =>
    cloud.pulumi("up", "--yes", "--skip-preview", "--continue-on-error", "--stack", "prod");

  beforeAll(async () => {
    cloud = await ScratchCloud.start(fleetOf("prod", projects));
  });
  afterAll(() => cloud.stop());

  it("fails the run when a machine cannot be made, and the other project still comes up", async () => {
    await fault(droplet, "create", "error");
    const outcome = await attemptAll();
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).toContain("told to fail: error");
    expect(await cloud.objects("digitalocean/droplet")).toEqual([]);
    expect(await cloud.objects("scaleway/server")).toHaveLength(1);
    const names = (await cloud.objects("cloudflare/dns_record")).map(({ data }) => data["name"]);
    expect(names).toContain("shop.example");
    expect(names).not.toContain("club.example");
  });

  it("goes on with a half-made machine instead of making a second one", async () => {
    await fault(droplet, "create", "half");
    expect((await attempt()).code).not.toBe(0);
    const [half] = await cloud.objects("digitalocean/droplet");
    await cloud.up("prod");
    const after = await cloud.objects("digitalocean/droplet");
    expect(after.map(({ id }) => id)).toEqual([half!.id]);
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "prod");
  });

  it("keeps its state when a change fails, and the same change works afterwards", async () => {
    cloud.stack("prod", { projects, nodes: { club: { memoryGb: 4 } } });
    await fault(droplet, "update", "error");
    expect((await attempt()).code).not.toBe(0);
    expect((await cloud.objects("digitalocean/droplet"))[0]!.data["size"]).toBe("s-1vcpu-2gb");
    await cloud.up("prod");
    expect((await cloud.objects("digitalocean/droplet"))[0]!.data["size"]).toBe("s-2vcpu-4gb");
  });

  it("says so when a refresh cannot read, and keeps what it knew", async () => {
    await fault(record, "read", "error");
    const outcome = await cloud.pulumi("refresh", "--yes", "--stack", "prod");
    expect(outcome.code).not.toBe(0);
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "prod");
  });

  it("keeps a record whose deletion failed, and deletes it the next time", async () => {
    cloud.stack("prod", {
      projects: { ...projects, shop: { ...projects.shop, dns: "external" } },
      nodes: { club: { memoryGb: 4 } },
    });
    await fault(record, "delete", "error");
    expect((await attempt()).code).not.toBe(0);
    await cloud.up("prod");
    const names = (await cloud.objects("cloudflare/dns_record")).map(({ data }) => data["name"]);
    expect(names.filter((name) => String(name).endsWith("shop.example"))).toEqual([]);
    const { projects: published } = await cloud.outputs("prod");
    expect(published!["shop"]!["records"]).toContainEqual({
      name: "direct.shop.example",
      type: "CNAME",
      content: "origin.shop.example",
    });
  });

  it("refuses credentials of another AWS account than declared, before anything is planned", async () => {
    await cloud.control("PUT", "/objects/aws%2Faccount/413528927365", { id: "999999999999" });
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const outcome = await cloud.pulumi(...command, "--stack", "prod");
      expect(outcome.code).not.toBe(0);
      expect(outcome.stdout + outcome.stderr).toMatch(/account/i);
    }
  });
});
