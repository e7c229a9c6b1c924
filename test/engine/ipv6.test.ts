import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, project } from "./agency";
import { ScratchCloud } from "../../rehearsal/scratch";

const club = project("club.example", { residency: "canada" });
const shop = project("shop.example", { residency: "canada" });
const own = { nodes: { club: { ipv6: true } } };

describe("a machine with IPv6", () => {
  let cloud: ScratchCloud;
  const prod = (more: Record<string, unknown>, nodes: Record<string, unknown> = own) =>
    cloud.stack("prod", { projects: { shop, club: { ...club, ...more } }, ...nodes });
  /** The records of a name, as the zone holds them. */
  const recordsOf = async (name: string) =>
    (await cloud.objects("cloudflare/dns_record"))
      .filter(({ data }) => data["name"] === name)
      .map(({ data }) => [data["type"], data["content"], data["proxied"]])
      .sort();
  const addressesIn = async (stack: string) => {
    const node = (await cloud.outputs(stack))["nodes"]!["club"]!;
    return [node["address"], node["address6"]] as const;
  };
  const planned = async () =>
    (await cloud.plan("prod")).map(({ op, urn }) => `${op} ${urn.split("::").at(-1)!}`).sort();

  beforeAll(async () => {
    const hosted = { environment: "prod", projects: { club: {} } };
    cloud = await ScratchCloud.start({
      shared: agency,
      stacks: { prod: { projects: { shop, club }, ...own }, "prod-b": { ...hosted, ...own } },
    });
    await cloud.up("prod");
  });
  afterAll(() => cloud.stop());

  it("has AAAA records beside those of its primary and its own name, and no other machine has", async () => {
    const [address, address6] = await addressesIn("prod");
    expect(address6).toMatch(/^2001:db8:/);
    expect(await recordsOf("club.example")).toEqual([
      ["A", address, true],
      ["AAAA", address6, true],
    ]);
    expect(await recordsOf("origin.club.example")).toEqual([
      ["A", address, false],
      ["AAAA", address6, false],
    ]);
    // By its target.
    expect(await recordsOf("direct.club.example")).toEqual([
      ["CNAME", "origin.club.example", false],
    ]);
    expect((await recordsOf("shop.example")).map(([type]) => type)).toEqual(["A"]);
    expect(await planned()).toEqual([]);
  });

  it("keeps it: neither is it taken from a machine that has it nor given to one that runs", async () => {
    for (const nodes of [{}, { nodes: { club: { ipv6: true }, shop: { ipv6: true } } }]) {
      prod({}, nodes);
      const outcome = await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
      expect(outcome.code).not.toBe(0);
      expect(outcome.stdout + outcome.stderr).toMatch(
        /berth:nodes\.(club\.ipv6: is declared no more|shop\.ipv6: is declared of a machine that was made)/,
      );
    }
    prod({});
    expect(await planned()).toEqual([]);
  });

  it("leads its names to another with IPv6 in place, and by IPv4 alone to one without", async () => {
    await cloud.up("prod-b");
    const [address, address6] = await addressesIn("prod-b");
    prod({ servedBy: "prod-b" });
    expect(await planned()).toEqual([
      "replace club-origin-pulls-demanded",
      // What it says of itself: the address that policies compare.
      "update club",
      "update club-origin",
      "update club-origin-ipv6",
      "update club-primary",
      "update club-primary-ipv6",
    ]);
    await cloud.up("prod");
    expect(await recordsOf("club.example")).toEqual([
      ["A", address, true],
      ["AAAA", address6, true],
    ]);
    // An earlier program, or a machine without: its stack publishes no such address.
    await cloud.rewriteState("prod-b", (resource) => {
      const nodes = resource.outputs?.["nodes"] as Record<string, Record<string, unknown>>;
      if (resource.type === "pulumi:pulumi:Stack") delete nodes["club"]!["address6"];
    });
    await cloud.up("prod");
    expect(await recordsOf("club.example")).toEqual([["A", address, true]]);
    expect(await recordsOf("origin.club.example")).toEqual([["A", address, false]]);
  });
});
