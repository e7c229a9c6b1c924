import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, fleetOf, project } from "./agency";
import { reviewOn, Zone } from "./zone";
import { nameText } from "../../operations/review/render/words";
import { ScratchCloud } from "../../rehearsal/scratch";

const { zones } = agency.agency;
const club = project("garden.club.example", { residency: "canada" });
const codes = /81053|81057|81058/;

/** As somebody else spells what the zone holds. */
const replaces = [
  { name: "garden.club.example", type: "CNAME", content: "Shops.Example.net." },
  { name: "direct.garden.club.example", type: "A", content: "203.0.113.9" },
  { name: "direct.garden.club.example", type: "AAAA", content: "2001:DB8:0:0::9" },
];

describe("records that cannot be led elsewhere in place", () => {
  let cloud: ScratchCloud;
  let zone: Zone;
  let before: string[];
  let withIds: string[];
  const declare = (more: Record<string, unknown>) =>
    cloud.stack("stage", { projects: { club: { ...club, ...more } } });
  const up = async () => {
    const { code, stdout, stderr } = await cloud.pulumi(
      ...["up", "--yes", "--skip-preview", "--stack", "stage"],
    );
    expect(stdout + stderr).not.toMatch(codes);
    return { code, text: stdout + stderr };
  };
  const succeed = async () => {
    const { code, text } = await up();
    expect(code, text).toBe(0);
    return text;
  };
  const address = async () => String((await cloud.outputs("stage"))["nodes"]!["club"]!["address"]);

  beforeAll(async () => {
    cloud = await ScratchCloud.start(fleetOf("stage", { club }));
    zone = new Zone(cloud, zones["club.example"]);
    await zone.put(
      { name: "club.example", type: "MX", content: "mail.example.net" },
      {
        name: "garden.club.example",
        type: "CNAME",
        content: "shops.example.net",
        proxied: true,
        ttl: 1,
      },
      { name: "direct.garden.club.example", type: "A", content: "203.0.113.9" },
      { name: "direct.garden.club.example", type: "AAAA", content: "2001:db8::9" },
    );
    [before, withIds] = [await zone.lines(), await zone.lines(true)];
  });
  afterAll(() => cloud.stop());

  it("are refused until each of them is declared, with what to write", async () => {
    declare({ replaces: replaces.slice(0, 2) });
    const { code, stdout, stderr } = await cloud.pulumi("preview", "--stack", "stage");
    expect(code).not.toBe(0);
    const text = stdout + stderr;
    expect(text).toContain('holds A "203.0.113.9", AAAA "2001:db8::9" that is not in this');
    expect(text).toContain(
      '{ name: direct.garden.club.example, type: AAAA, content: "2001:db8::9" }',
    );
    expect(text).not.toContain("needs garden.club.example as its primary");
  });

  it("are first taken into the stack as they are, and the gap to come is said", async () => {
    declare({ replaces });
    const review = await reviewOn(cloud, "stage");
    expect(review.policies.violations).toEqual([]);
    expect(review.verdict).toBe("look");
    expect(review.warnings.join("\n")).toContain(
      "for about a second garden.club.example leads nowhere",
    );
    expect(review.names.map(nameText)).toContain(
      "garden.club.example CNAME is taken over as it is: shops.example.net, proxied",
    );
    await succeed();
    const now = await zone.lines(true);
    expect(now.filter((line) => !line.includes("origin.garden"))).toEqual(withIds);
  });

  it("go in the next update; one that fails in the gap is mended by the one after", async () => {
    await cloud.control("POST", "/faults", {
      type: "cloudflare:index/dnsRecord:DnsRecord",
      operation: "create",
      kind: "error",
      message: "told to fail",
    });
    expect((await up()).text).toContain("told to fail");
    await succeed();
    expect(await zone.lines()).toContain(`garden.club.example A ${await address()} proxied`);
    await succeed();
    expect(await zone.lines()).toEqual([
      "club.example MX mail.example.net 300",
      "direct.garden.club.example CNAME origin.garden.club.example 300",
      `garden.club.example A ${await address()} proxied`,
      `origin.garden.club.example A ${await address()} 60`,
    ]);
    expect(await cloud.plan("stage")).toEqual([]);
  });

  it("are given back in one update, and stay when the project goes", async () => {
    declare({ handBack: true });
    const review = await reviewOn(cloud, "stage");
    expect(review.policies.violations).toEqual([]);
    await succeed();
    const origin = `origin.garden.club.example A ${await address()} 60`;
    expect(await zone.lines()).toEqual([...before, origin].sort());
    expect(await cloud.plan("stage")).toEqual([]);

    declare({});
    const again = await cloud.pulumi("preview", "--stack", "stage");
    expect(again.stdout + again.stderr).toContain("its names were given back, and stay so");

    cloud.stack("stage", { projects: {} });
    const leaving = (await reviewOn(cloud, "stage")).names.map(nameText);
    expect(leaving).toContain(
      "garden.club.example CNAME leaves this stack and stays → shops.example.net, proxied",
    );
    await succeed();
    expect(await zone.lines()).toEqual(before);
  });
});
