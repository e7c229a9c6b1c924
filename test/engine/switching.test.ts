import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, project } from "./agency";
import { ScratchCloud } from "../../rehearsal/scratch";

const projects = { shop: project("shop.example"), club: project("club.example") };

describe("moving a live project between hosts by stacks alone", () => {
  let cloud: ScratchCloud;
  const prod = (shop: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    cloud.stack("prod", {
      projects: { ...projects, shop: { ...projects.shop, ...shop } },
      ...more,
    });
  const contentOf = async (name: string) =>
    (await cloud.objects("cloudflare/dns_record")).find(({ data }) => data["name"] === name)?.data[
      "content"
    ];
  const servers = async () => (await cloud.objects("scaleway/server")).length;

  beforeAll(async () => {
    cloud = await ScratchCloud.start({
      shared: agency,
      stacks: {
        prod: { projects },
        "prod-b": { environment: "prod", projects: { shop: {} }, nodes: { shop: { memoryGb: 4 } } },
      },
    });
    await cloud.up("prod");
  });
  afterAll(() => cloud.stop());

  it("refuses to switch before the new host exists: a clear error, no record touched", async () => {
    prod({ servedBy: "prod-b" });
    const before = await cloud.objects("cloudflare/dns_record");
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const outcome = await cloud.pulumi(...command, "--stack", "prod");
      expect(outcome.code).not.toBe(0);
      expect(outcome.stdout + outcome.stderr).toMatch(/prod-b/);
    }
    expect(await cloud.objects("cloudflare/dns_record")).toEqual(before);
    prod({});
  });

  it("builds the new host beside the old one, with a name of its own and its own credential", async () => {
    await cloud.up("prod-b");
    expect(await servers()).toBe(3);
    const { nodes } = await cloud.outputs("prod-b");
    expect(await contentOf("origin-prod-b.shop.example")).toBe(nodes!["shop"]!["address"]);
    expect(await contentOf("shop.example")).not.toBe(nodes!["shop"]!["address"]);
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "prod");
  });

  it("switches the names over with in-place updates of the two addresses alone, and asks the machine for the edge", async () => {
    prod({ servedBy: "prod-b" });
    const steps = await cloud.plan("prod");
    expect(steps.map(({ op, urn }) => `${op} ${urn.split("::").at(-1)!}`).sort()).toEqual([
      "replace shop-origin-pulls-demanded",
      "update shop-origin",
      "update shop-primary",
    ]);
    const before = (await cloud.objects("cloudflare/dns_record")).map(({ id }) => id).sort();
    await cloud.up("prod");
    const { nodes } = await cloud.outputs("prod-b");
    expect(await contentOf("shop.example")).toBe(nodes!["shop"]!["address"]);
    expect(await contentOf("direct.shop.example")).toBe("origin.shop.example");
    const after = (await cloud.objects("cloudflare/dns_record")).map(({ id }) => id).sort();
    expect(after).toEqual(before);
    expect(await servers()).toBe(3);
    const { projects: served } = await cloud.outputs("prod");
    expect(served!["shop"]).toMatchObject({ servedBy: "prod-b" });
  });

  it("rolls back by taking that one line out", async () => {
    prod({});
    await cloud.up("prod");
    const { nodes } = await cloud.outputs("prod");
    expect(await contentOf("shop.example")).toBe(nodes!["shop"]!["address"]);
    prod({ servedBy: "prod-b" });
    await cloud.up("prod");
  });

  it("refuses to switch to a machine that the edge would refuse", async () => {
    prod({});
    await cloud.up("prod");
    const zone = agency.agency.zones["shop.example"];
    const mode = { id: "ssl", settingId: "ssl", zoneId: zone, editable: true };
    const door = `/objects/cloudflare%2Fzone_setting/${zone}%2Fssl`;
    await cloud.control("PUT", door, { ...mode, value: "strict" });
    const certificates = (outputs: Record<string, unknown> | undefined) =>
      (outputs?.["nodes"] as Record<string, Record<string, unknown>> | undefined)?.["shop"];
    let kept: unknown;
    const exchange = (value: unknown) =>
      cloud.rewriteState("prod-b", ({ outputs }) => {
        const shop = certificates(outputs);
        if (!shop) return;
        kept ??= shop["certificates"];
        shop["certificates"] = value;
      });
    await exchange({});
    prod({ servedBy: "prod-b" });
    const before = await cloud.objects("cloudflare/dns_record");
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const outcome = await cloud.pulumi(...command, "--stack", "prod");
      expect(outcome.code).not.toBe(0);
      expect((outcome.stdout + outcome.stderr).replaceAll(/\s+/g, " ")).toContain(
        "was not seen to serve a certificate for its names, and the edge verifies origins in the zone shop.example",
      );
    }
    expect(await cloud.objects("cloudflare/dns_record")).toEqual(before);
    await exchange(kept);
    await cloud.up("prod");
    await cloud.control("PUT", door, { ...mode, value: "full" });
  });

  it("refuses to switch to a host stack whose outputs hold no address", async () => {
    await cloud.rewriteState("prod-b", (resource) => {
      const nodes = resource.outputs?.["nodes"] as { shop?: { address?: string } } | undefined;
      if (nodes?.shop) nodes.shop.address = "";
    });
    const before = await cloud.objects("cloudflare/dns_record");
    const outcome = await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).toMatch(
      /Project shop is served by stack prod-b, but that stack's outputs hold no address/,
    );
    expect(await cloud.objects("cloudflare/dns_record")).toEqual(before);
    await cloud.up("prod-b");
  });
});
