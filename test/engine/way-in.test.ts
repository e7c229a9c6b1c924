import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, fleetOf, project } from "./agency";
import { Zone } from "./zone";
import { ScratchCloud } from "../../rehearsal/scratch";

const zoneId = agency.agency.zones["shop.example"];
const shop = project("shop.example", { residency: "canada", www: true });
const setting = "cloudflare/zone_setting";

/** What the zone says of the way from the edge to origins. */
class Edge {
  constructor(private readonly cloud: ScratchCloud) {}

  async mode(id = "ssl") {
    const all = await this.cloud.objects(setting);
    return all.find((each) => each.id === `${zoneId}/${id}`)?.data["value"];
  }

  async rules() {
    const [ruleset] = await this.cloud.objects("cloudflare/ruleset");
    return (ruleset?.data["rules"] ?? []) as Record<string, unknown>[];
  }

  /** The names that the edge shows its client certificate for. */
  async shownFor() {
    const all = await this.cloud.objects("cloudflare/hostname_association");
    const shown = all.filter(({ data }) => data["enabled"]);
    return shown.map(({ data }) => String(data["hostname"])).sort();
  }
}

const steps = async (cloud: ScratchCloud, stack: string) =>
  (await cloud.plan(stack)).map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);

describe("a zone of which all that is proxied is Berth's", () => {
  let cloud: ScratchCloud;
  let edge: Edge;

  beforeAll(async () => {
    const fleet = fleetOf("prod", { shop });
    cloud = await ScratchCloud.start({
      ...fleet,
      stacks: { prod: { ...fleet.stacks["prod"], zones: ["shop.example"] } },
    });
    edge = new Edge(cloud);
  });
  afterAll(() => cloud.stop());

  it("is strict at once, by a rule for its names and as a whole", async () => {
    await cloud.up("prod");
    expect(
      (await edge.rules()).map(({ expression, actionParameters }) => [
        expression,
        actionParameters,
      ]),
    ).toEqual([['(http.host in {"shop.example" "www.shop.example"})', { ssl: "strict" }]]);
    expect([await edge.mode(), await edge.mode("ssl_automatic_mode")]).toEqual([
      "strict",
      "custom",
    ]);
    expect(await edge.shownFor()).toEqual(["shop.example", "www.shop.example"]);
    expect(await steps(cloud, "prod")).toEqual([]);
  });

  it("stays strict when somebody proxies a name that nobody saw serve a certificate", async () => {
    await new Zone(cloud, zoneId).put({
      ...{ name: "blog.shop.example", type: "A", content: "203.0.113.9", proxied: true, ttl: 1 },
    });
    expect(await steps(cloud, "prod")).toEqual([]);
    expect(await edge.mode()).toBe("strict");
  });

  it("shows the edge's certificate anew before the old one is gone, when it nears its end", async () => {
    const kept = (await cloud.objects("cloudflare/hostname_certificate"))[0]!.id;
    const far = new Date(Date.now() + 1000 * 86_400_000).toISOString();
    await cloud.control("PUT", "/clock", { now: far });
    cloud.env["BERTH_NOW"] = far;
    await cloud.up("prod");
    const after = await cloud.objects("cloudflare/hostname_certificate");
    expect(after).toHaveLength(1);
    expect(after[0]!.id).not.toBe(kept);
    expect(await edge.shownFor()).toEqual(["shop.example", "www.shop.example"]);
  });
});

describe("a zone that holds a site and rules of somebody's", () => {
  let cloud: ScratchCloud;
  let edge: Edge;
  const theirs = {
    ...{ id: "1".repeat(32), ref: "theirs", description: "theirs", enabled: true },
    ...{ expression: '(http.host eq "blog.shop.example")', action: "set_config" },
    actionParameters: { ssl: "flexible", rocketLoader: true },
  };

  beforeAll(async () => {
    const fleet = fleetOf("prod", { shop });
    const stage = { projects: { shop: project("stage.shop.example", { residency: "canada" }) } };
    cloud = await ScratchCloud.start({
      ...fleet,
      stacks: { prod: { ...fleet.stacks["prod"], zones: ["shop.example"] }, stage },
    });
    edge = new Edge(cloud);
    await new Zone(cloud, zoneId).put({
      ...{ name: "blog.shop.example", type: "A", content: "203.0.113.9", proxied: true, ttl: 1 },
    });
    const ruleset = { kind: "zone", name: "their rules", phase: "http_config_settings", zoneId };
    await cloud.control("PUT", `/objects/cloudflare%2Fruleset/${"9".repeat(32)}`, {
      ...{ ...ruleset, id: "9".repeat(32), version: "3", description: "" },
      rules: [theirs],
    });
    await cloud.tamper(setting, `${zoneId}/ssl`, {}).catch(() => undefined);
    await cloud.control("PUT", `/objects/cloudflare%2Fzone_setting/${zoneId}%2Fssl`, {
      ...{ id: "ssl", settingId: "ssl", zoneId, value: "flexible", editable: true },
    });
  });
  afterAll(() => cloud.stop());

  it("does not make a machine demand what the edge cannot show, and says who sets the zone", async () => {
    const { stdout } = await cloud.succeed("preview", "--stack", "stage");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "The edge does not verify the origin of stage.shop.example: the zone shop.example is in mode flexible. The stack prod sets it",
    );
    await cloud.up("stage");
    expect(await edge.shownFor()).toEqual(["stage.shop.example"]);
    const names = (await cloud.state("stage")).resources.map(({ urn }) => urn.split("::").at(-1));
    expect(names).not.toContain("shop-origin-pulls-demanded");
  });

  it("is made strict for the names of all environments, with every rule kept, and not as a whole", async () => {
    const { stdout } = await cloud.succeed("preview", "--stack", "prod");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      "The zone shop.example stays in mode flexible, since these proxied names in it were not seen to serve a certificate that strict accepts: blog.shop.example",
    );
    await cloud.up("prod");
    const [first, own, ...more] = await edge.rules();
    expect(first).toEqual(theirs);
    expect(more).toEqual([]);
    expect(own).toMatchObject({
      ref: "berth_strict",
      expression: '(http.host in {"shop.example" "stage.shop.example" "www.shop.example"})',
    });
    expect(await edge.mode()).toBe("flexible");
    expect(await steps(cloud, "prod")).toEqual([]);
  });

  it("has the stage machine demand the edge's certificate after that", async () => {
    expect(await steps(cloud, "stage")).toEqual(["create shop-origin-pulls-demanded"]);
    await cloud.up("stage");
  });

  it("keeps a rule that somebody writes later", async () => {
    const [ruleset] = await cloud.objects("cloudflare/ruleset");
    const rules = [
      theirs,
      { ...theirs, id: "2".repeat(32), ref: "later" },
      (await edge.rules())[1],
    ];
    await cloud.tamper("cloudflare/ruleset", ruleset!.id, { rules });
    await cloud.up("prod");
    expect((await edge.rules()).map(({ ref }) => ref)).toEqual(["theirs", "later", "berth_strict"]);
  });

  it("keeps their rules when the stack is gone", async () => {
    const kept = await edge.rules();
    await cloud.succeed("state", "unprotect", "--all", "--yes", "--stack", "prod");
    await cloud.succeed("destroy", "--yes", "--skip-preview", "--stack", "prod");
    expect(await edge.rules()).toEqual(kept);
    expect(await edge.shownFor()).toEqual(["stage.shop.example"]);
  });
});
