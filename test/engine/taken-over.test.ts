import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, fleetOf, project } from "./agency";
import { reviewOn, Zone } from "./zone";
import { nameText } from "../../operations/review/render/words";
import { ScratchCloud } from "../../rehearsal/scratch";

const { zones } = agency.agency;
const club = project("garden.club.example", { residency: "canada" });
const codes = /81053|81057|81058/;

/** What is no name of the project: mail, a wildcard, a neighbour, proofs of ownership. */
const foreign = [
  { name: "club.example", type: "A", content: "203.0.113.1" },
  { name: "club.example", type: "MX", content: "mail.example.net", priority: 10 },
  { name: "club.example", type: "TXT", content: "v=spf1 -all" },
  { name: "garden.club.example", type: "TXT", content: "google-site-verification=x" },
  { name: "garden.club.example", type: "MX", content: "Garden-Mail.example.net", priority: 5 },
  { name: "*.club.example", type: "A", content: "203.0.113.2" },
  { name: "shop.club.example", type: "CNAME", content: "shops.example.net" },
];

describe("a zone full of somebody's records", () => {
  let cloud: ScratchCloud;
  let zone: Zone;
  let before: string[];
  let primary: string;
  let direct: string;
  const said = async (...command: string[]) => {
    const { code, stdout, stderr } = await cloud.pulumi(...command, "--stack", "stage");
    return { code, text: stdout + stderr };
  };

  beforeAll(async () => {
    cloud = await ScratchCloud.start(fleetOf("stage", { club }));
    zone = new Zone(cloud, zones["club.example"]);
    await zone.put(...foreign);
    before = await zone.lines(true);
    [primary, direct] = (await zone.put(
      {
        name: "garden.club.example",
        type: "A",
        content: "203.0.113.9",
        proxied: true,
        ttl: 1,
        comment: "the old host, call Bob",
        tags: ["site:garden"],
      },
      { name: "direct.garden.club.example", type: "CNAME", content: "OLD-host.example.net" },
    )) as [string, string];
  });
  afterAll(() => cloud.stop());

  it("is told in preview which of them are taken over, and what they hold", async () => {
    const review = await reviewOn(cloud, "stage");
    expect(review.failed, review.errors.join("\n")).toBe(false);
    expect(review.policies.violations).toEqual([]);
    expect(review.warnings).toContain(
      'The zone club.example holds A "203.0.113.9", proxied, for garden.club.example: it is taken over as the primary name of club and led there in place. What it held stays in the stack\'s outputs.',
    );
    const later = "an address known after the update";
    expect(review.names.map(nameText)).toEqual([
      "direct.garden.club.example CNAME is taken over: OLD-host.example.net → origin.garden.club.example",
      `garden.club.example A is taken over: 203.0.113.9, proxied → ${later}`,
      `origin.garden.club.example A appears → ${later}`,
    ]);
    expect(review).toMatchObject({ verdict: "look", strangers: [], clashes: [] });
    expect((await zone.lines()).length).toBe(before.length + 2);
  });

  it("is adopted in one update, each record in place and none beside it", async () => {
    // What they held outlives an update that breaks off after the first of them was led away.
    await cloud.control("POST", "/faults", {
      type: "cloudflare:index/dnsRecord:DnsRecord",
      operation: "create",
      message: "told to fail",
    });
    const first = await said("up", "--yes", "--skip-preview");
    expect(first.text).toContain("told to fail");
    const { code, text } = await said("up", "--yes", "--skip-preview");
    expect(first.text + text).not.toMatch(codes);
    expect(code, text).toBe(0);
    const address = String((await cloud.outputs("stage"))["nodes"]!["club"]!["address"]);
    const now = await zone.lines(true);
    expect(now.filter((line) => !/^\S+ (\S+[.-])?garden\S+ (A|CNAME) /.test(line))).toEqual(before);
    expect(now).toContain(`${primary} garden.club.example A ${address} proxied`);
    expect(now).toContain(
      `${direct} direct.garden.club.example CNAME origin.garden.club.example 300`,
    );
    expect(now.length).toBe(before.length + 3);
    const held = (await cloud.objects("cloudflare/dns_record")).find(({ id }) => id === primary);
    expect(held?.data).toMatchObject({ comment: "the old host, call Bob", tags: ["site:garden"] });
  });

  it("keeps what they held in the outputs, and changes nothing in the next run", async () => {
    const former = [
      {
        name: "garden.club.example",
        type: "A",
        content: "203.0.113.9",
        proxied: true,
        ttl: 1,
        comment: "the old host, call Bob",
      },
      {
        name: "direct.garden.club.example",
        type: "CNAME",
        content: "OLD-host.example.net",
        proxied: false,
        ttl: 300,
      },
    ];
    const takenOver = async () => (await cloud.outputs("stage"))["projects"]!["club"]!["takenOver"];
    expect(await takenOver()).toEqual(expect.arrayContaining(former));
    // In one order whoever answers first, so that no output changes by itself.
    const names = ((await takenOver()) as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(await cloud.plan("stage")).toEqual([]);
    const { text } = await said("up", "--yes", "--skip-preview");
    expect(text).not.toContain("taken over");
    expect(text).toMatch(/Resources:\s+\d+ unchanged/);
    expect(await takenOver()).toEqual(expect.arrayContaining(former));
  });

  it("is as it was, record by record, once its names are given back and the project is gone", async () => {
    cloud.stack("stage", { projects: { club: { ...club, handBack: true } } });
    await cloud.up("stage");
    cloud.stack("stage", { projects: {} });
    await cloud.up("stage");
    const found = [
      `${primary} garden.club.example A 203.0.113.9 proxied`,
      `${direct} direct.garden.club.example CNAME OLD-host.example.net 300`,
    ];
    expect((await zone.lines(true)).map(lower)).toEqual([...before, ...found].map(lower).sort());
  });
});

const lower = (line: string) => line.toLowerCase();
