import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, fleetOf, project } from "./agency";
import { reviewOn, Zone } from "./zone";
import { nameText } from "../../operations/review/render/words";
import { ScratchCloud } from "../../rehearsal/scratch";

const { zones } = agency.agency;
const plain = project("shop.example", { residency: "canada" });
const shop = {
  ...plain,
  www: true,
  further: { serve: ["store.club.example"], redirect: ["club.example"] },
};

describe("a project with further names, in two zones that hold records", () => {
  let cloud: ScratchCloud;
  let [own, club, ours]: Zone[] = [];
  const neighbours = [
    { name: "www.club.example", type: "A", content: "203.0.113.1" },
    { name: "club.example", type: "MX", content: "mail.example.net" },
  ];
  const mail = { name: "shop.example", type: "MX", content: "Shop-Mail.example.net" };
  const address = async () => String((await cloud.outputs("stage"))["nodes"]!["shop"]!["address"]);
  const led = async () => {
    const target = await address();
    return [
      `club.example A ${target} proxied`,
      "club.example MX mail.example.net 300",
      `store.club.example A ${target} proxied`,
      "www.club.example A 203.0.113.1 300",
      "direct.shop.example CNAME origin.shop.example 300",
      `origin.shop.example A ${target} 60`,
      `shop.example A ${target} proxied`,
      "shop.example MX Shop-Mail.example.net 300",
      "www.shop.example CNAME shop.example proxied",
    ];
  };
  const lines = async () => [...(await club!.lines()), ...(await own!.lines())];

  beforeAll(async () => {
    cloud = await ScratchCloud.start(fleetOf("stage", { shop }));
    own = new Zone(cloud, zones["shop.example"]);
    club = new Zone(cloud, zones["club.example"]);
    ours = new Zone(cloud, zones["acme.dev"]);
    await club.put(...neighbours, { name: "club.example", type: "A", content: "203.0.113.9" });
    await own.put(
      mail,
      { name: "shop.example", type: "A", content: "203.0.113.9" },
      { name: "www.shop.example", type: "CNAME", content: "Shop.Example", proxied: true, ttl: 1 },
      { name: "direct.shop.example", type: "CNAME", content: "OLD-host.example.net" },
    );
    await ours.put({ name: "www.acme.dev", type: "A", content: "203.0.113.5" });
  });
  afterAll(() => cloud.stop());

  it("takes over what there is, and says which name stays as it is", async () => {
    const review = await reviewOn(cloud, "stage");
    expect(review.policies.violations).toEqual([]);
    const told = review.names.map(nameText);
    expect(told).toContain("www.shop.example CNAME is taken over as it is: shop.example, proxied");
    expect(told).toContain(
      "club.example A is taken over: 203.0.113.9 → an address known after the update",
    );
    expect(told).toContain("store.club.example A appears → an address known after the update");
    expect(told).toHaveLength(6);
    await cloud.up("stage");
    expect((await lines()).map(lower)).toEqual((await led()).map(lower));
    expect(await cloud.plan("stage")).toEqual([]);
  });

  it("has one record of each name when its address changes", async () => {
    const before = await address();
    cloud.stack("stage", { projects: { shop: { ...shop, residency: "anywhere" } } });
    await cloud.up("stage");
    expect(await address()).not.toBe(before);
    expect((await lines()).map(lower)).toEqual((await led()).map(lower));
  });

  it("is refused a name of its own under another role, which would be there twice for a while", async () => {
    const further = { serve: ["store.club.example"], redirect: ["www.shop.example"] };
    const moved = { ...plain, residency: "anywhere", further };
    cloud.stack("stage", { projects: { shop: moved } });
    const { code, stdout, stderr } = await cloud.pulumi("preview", "--stack", "stage");
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain("which is this stack's own already as shop-www");
  });

  it("moves to the agency's domain, and leaves all that was never its own", async () => {
    const moved = { ...plain, residency: "anywhere", domain: "shop.acme.dev" };
    cloud.stack("stage", { projects: { shop: moved } });
    await cloud.up("stage");
    const text = ({ name, type, content }: typeof mail) => `${name} ${type} ${content} 300`;
    expect(await own!.lines()).toEqual([text(mail)]);
    expect(await club!.lines()).toEqual(neighbours.map(text).sort());
    expect(await ours!.lines()).toEqual([
      "shop-direct.acme.dev CNAME shop-origin.acme.dev 300",
      `shop-origin.acme.dev A ${await address()} 60`,
      `shop.acme.dev A ${await address()} proxied`,
      "www.acme.dev A 203.0.113.5 300",
    ]);
  });
});

const lower = (line: string) => line.toLowerCase();
