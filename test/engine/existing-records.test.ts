import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, fleetOf, project } from "./agency";
import { ScratchCloud } from "../../rehearsal/scratch";

const zones = agency.agency.zones;
const club = project("club.example", { residency: "canada" });
const machines = ["digitalocean/droplet", "scaleway/server", "aws/eip", "aws/bucket"];

describe("a zone that holds records of an old host", () => {
  let cloud: ScratchCloud;
  let serial = 0;
  const put = async (name: string, type: string, content: string, zone = zones["club.example"]) => {
    const id = String(++serial).padStart(32, "0");
    const record = { id, zoneId: zone, name, type, content, proxied: false, ttl: 300 };
    await cloud.control("PUT", `/objects/cloudflare%2Fdns_record/${id}`, record);
    return id;
  };
  const clear = () =>
    Promise.all(
      Array.from({ length: serial }, (_, index) =>
        cloud.control(
          "DELETE",
          `/objects/cloudflare%2Fdns_record/${String(index + 1).padStart(32, "0")}`,
        ),
      ),
    );
  const said = async (...command: string[]) => {
    const outcome = await cloud.pulumi(...command, "--stack", "stage");
    return { code: outcome.code, text: outcome.stdout + outcome.stderr };
  };
  const bought = async () => {
    const found = await Promise.all(machines.map((kind) => cloud.objects(kind)));
    return found.flat().map(({ id }) => id);
  };

  beforeAll(async () => {
    cloud = await ScratchCloud.start(fleetOf("stage", { club }));
  });
  afterAll(() => cloud.stop());

  it("refuses preview and update with every record in the way, and buys nothing", async () => {
    await put("Club.example", "A", "203.0.113.9");
    await put("club.example", "AAAA", "2001:db8::9");
    await put("direct.club.example", "A", "203.0.113.8");
    await put("club.example", "MX", "mail.example.net");
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { code, text } = await said(...command);
      expect(code).not.toBe(0);
      expect(text).toContain(
        'berth:projects.club.domain: needs club.example as its primary name, for which the zone club.example holds A "203.0.113.9", AAAA "2001:db8::9" that is not in this stack\'s state',
      );
      expect(text).toContain("direct.club.example as its direct name, for which the zone");
      expect(text).toContain('A "203.0.113.8"');
      expect(text).toContain(
        'replaces: [{ name: club.example, type: AAAA, content: "2001:db8::9" }]',
      );
      expect(text).not.toContain("mail.example.net");
    }
    expect(await bought()).toEqual([]);
    await clear();
  });

  it("refuses a name below one that the zone hands to other name servers", async () => {
    const sub = { ...club, domain: "app.eu.club.example" };
    cloud.stack("stage", { projects: { club: sub } });
    await put("eu.club.example", "NS", "ns1.example.net");
    const { code, text } = await said("preview");
    expect(code).not.toBe(0);
    expect(text).toContain('hands eu.club.example to other name servers (NS "ns1.example.net")');
    expect(text).toContain(
      'app.eu.club.example". Fix: choose a name one level below club.example, such as app.club.example, or order a certificate',
    );
    await clear();
    cloud.stack("stage", { projects: { club } });
  });

  it("says what it could not ask without credentials, and updates nothing then", async () => {
    await put("club.example", "A", "203.0.113.9");
    const token = cloud.env["CLOUDFLARE_API_TOKEN"];
    delete cloud.env["CLOUDFLARE_API_TOKEN"];
    const preview = await said("preview");
    const update = await said("up", "--yes", "--skip-preview");
    cloud.env["CLOUDFLARE_API_TOKEN"] = token;
    expect(preview.code).toBe(0);
    expect(preview.text).toContain(
      "Not asked: whether the zone club.example holds records of club.example",
    );
    expect(update.code).not.toBe(0);
    expect(update.text).toContain("not known: whether the zone club.example holds records of");
    expect(await bought()).toEqual([]);
    await clear();
  });

  it("knows its own records after an update that failed half-way, and no others", async () => {
    await cloud.control("POST", "/faults", {
      type: "cloudflare:index/dnsRecord:DnsRecord",
      operation: "create",
      kind: "half",
      message: "told to fail",
    });
    // What is beside a name, and what gives way to it, do not stand in its way.
    await put("club.example", "TXT", "v=spf1 -all");
    await put("*.club.example", "A", "203.0.113.9");
    const first = await said("up", "--yes", "--skip-preview");
    expect(first.text).toContain("told to fail");
    const made = (await cloud.objects("cloudflare/dns_record")).filter(
      ({ data }) => data["comment"] === "Berth: stack stage",
    );
    expect(made).not.toEqual([]);
    expect((await said("preview")).code).toBe(0);
  });

  it("takes its comment for its own only until an update compares it with the state", async () => {
    // As a first update leaves it that never came to its outputs.
    await cloud.rewriteState("stage", (resource) => {
      if (resource.type === "pulumi:pulumi:Stack") resource.outputs = {};
    });
    const preview = await said("preview");
    expect(preview.text).toContain("with this stack's comment");
    expect(preview.code).toBe(0);
    await put("origin.club.example", "AAAA", "2001:db8::9");
    expect((await said("preview")).code).not.toBe(0);
    await clear();
    await cloud.up("stage");
  });

  it("asks again for the names of a project that moves to another domain", async () => {
    await put("new.club.example", "A", "203.0.113.9");
    await put("new.club.example", "AAAA", "2001:db8::9");
    cloud.stack("stage", { projects: { club: { ...club, domain: "new.club.example" } } });
    const { code, text } = await said("preview");
    expect(code).not.toBe(0);
    expect(text).toContain("needs new.club.example as its primary name");
    expect(text).not.toContain("origin.new.club.example as");
  });
});
