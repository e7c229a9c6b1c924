import { Resolver } from "node:dns/promises";
import { connect } from "node:net";

import { decode, encode, type Answer, type RecordType } from "dns-packet";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { answer, type Question } from "../../edge/dns-answer";
import { serveNames, type NameServer } from "../../edge/name-server";
import { zonesOf } from "../../edge/zones";
import { World } from "../../emulator/world";

const edge = "173.245.48.1";
let world: World;
let count = 0;

beforeEach(() => {
  world = new World();
  world.put("cloudflare/zone", "z1", { name: "kmc.example" });
  world.put("cloudflare/zone", "z2", { name: "deep.kmc.example" });
  put("kmc.example", "A", "192.0.2.1", { proxied: true, ttl: 1 });
  put("www.kmc.example", "CNAME", "kmc.example", { proxied: true, ttl: 1 });
  put("origin.kmc.example", "A", "192.0.2.1", { ttl: 1 });
  put("direct.kmc.example", "CNAME", "origin.kmc.example", { ttl: 60 });
  put("away.kmc.example", "CNAME", "elsewhere.example", {});
  put("*.wild.kmc.example", "A", "192.0.2.7", {});
  put("a.b.wild.kmc.example", "TXT", '"one \\"two\\"" "three"', {});
  put("handed.kmc.example", "NS", "ns.elsewhere.example", {});
});

function put(name: string, type: string, content: string, more: object, zoneId = "z1"): void {
  const data = { zoneId, name, type, content, ttl: 300, ...more };
  world.put("cloudflare/dns_record", `r${count++}`, data);
}

const lookUp = ({ name, type }: Question): Promise<readonly Answer[]> =>
  Promise.resolve(type === "A" ? [{ name, type: "A", ttl: 9, data: "198.51.100.1" }] : []);

async function ask(name: string, type: RecordType = "A") {
  const reply = await answer({ name, type }, { zones: zonesOf(world), edge, lookUp });
  if (!reply) return "elsewhere";
  const data = reply.answers.map((each) => ("data" in each ? each.data : undefined));
  return data.length > 0 ? data : `${reply.rcode} ${reply.authorities[0]?.type}`;
}

describe("names of the cloud's zones", () => {
  it("lead to the edge where it stands before them, whatever the record", async () => {
    expect(await ask("kmc.example")).toEqual([edge]);
    expect(await ask("WWW.kmc.Example")).toEqual([edge]);
    expect(await ask("www.kmc.example", "CNAME")).toBe("NOERROR SOA");
    expect(await ask("www.kmc.example", "AAAA")).toBe("NOERROR SOA");
  });

  it("are followed over aliases, in the zones and beyond", async () => {
    expect(await ask("direct.kmc.example")).toEqual(["origin.kmc.example", "192.0.2.1"]);
    expect(await ask("direct.kmc.example", "CNAME")).toEqual(["origin.kmc.example"]);
    expect(await ask("away.kmc.example")).toEqual(["elsewhere.example", "198.51.100.1"]);
    put("deep.kmc.example", "CNAME", "origin.kmc.example", {}, "z2");
    expect(await ask("deep.kmc.example")).toEqual(["192.0.2.1"]);
    put("turn.kmc.example", "CNAME", "turn.kmc.example", {});
    expect(await ask("turn.kmc.example")).not.toContain("192.0.2.1");
  });

  it("take a wildcard's answer only where nothing else is there", async () => {
    expect(await ask("x.y.wild.kmc.example")).toEqual(["192.0.2.7"]);
    expect(await ask("b.wild.kmc.example")).toBe("NOERROR SOA");
    expect(await ask("c.b.wild.kmc.example")).toBe("NXDOMAIN SOA");
    expect(await ask("wild.kmc.example")).toBe("NOERROR SOA");
  });

  it("that are not there are said not to be, by the zone that they would lie in", async () => {
    expect(await ask("no.kmc.example")).toBe("NXDOMAIN SOA");
    // The child's zone is asked, which has none of its parent's records.
    put("x.deep.kmc.example", "A", "192.0.2.9", {});
    expect(await ask("x.deep.kmc.example")).toBe("NXDOMAIN SOA");
    expect(await ask("handed.kmc.example")).toBe("elsewhere");
    expect(await ask("kmc.example.org")).toBe("elsewhere");
  });

  it("hold every kind of record, and a zone its own servers", async () => {
    put("kmc.example", "MX", "mail.kmc.example", { priority: 10 });
    put("kmc.example", "CAA", "", { data: { flags: 0, tag: "issue", value: "ca.example" } });
    put("_sip._tcp.kmc.example", "SRV", "", {
      data: { priority: 1, weight: 2, port: 5060, target: "sip.kmc.example" },
    });
    expect(await ask("kmc.example", "MX")).toEqual([
      { preference: 10, exchange: "mail.kmc.example" },
    ]);
    expect(await ask("a.b.wild.kmc.example", "TXT")).toEqual([['one "two"', "three"]]);
    expect(await ask("kmc.example", "NS")).toEqual([
      "ada.ns.cloudflare.com",
      "bob.ns.cloudflare.com",
    ]);
    expect(await ask("kmc.example", "SOA")).toEqual([
      expect.objectContaining({ mname: "ada.ns.cloudflare.com" }),
    ]);
    expect(await ask("kmc.example", "CAA")).toEqual([
      { flags: 0, tag: "issue", value: "ca.example" },
    ]);
    expect(await ask("_sip._tcp.kmc.example", "SRV")).toHaveLength(1);
  });
});

describe("the name server", () => {
  let server: NameServer;
  let asked: Resolver;
  beforeAll(async () => {
    server = await serveNames("127.0.0.1", 0, {
      names: () => ({ zones: zonesOf(world), edge }),
      // Nobody answers there: what is none of the zones' fails, and does not hang.
      upstream: ["127.0.0.2"],
    });
    asked = new Resolver();
    asked.setServers([`127.0.0.1:${server.port}`]);
  });
  afterAll(() => server.close());

  it("answers a resolver, with the ttl that automatic means", async () => {
    expect(await asked.resolve4("www.kmc.example", { ttl: true })).toEqual([
      { address: edge, ttl: 300 },
    ]);
    expect(await asked.resolve4("direct.kmc.example")).toEqual(["192.0.2.1"]);
    await expect(asked.resolve4("no.kmc.example")).rejects.toMatchObject({ code: "ENOTFOUND" });
    await expect(asked.resolve6("www.kmc.example")).rejects.toMatchObject({ code: "ENODATA" });
    await expect(asked.resolve4("elsewhere.example")).rejects.toMatchObject({ code: "ESERVFAIL" });
  });

  it("knows at once what changed", async () => {
    put("new.kmc.example", "A", "192.0.2.8", {});
    expect(await asked.resolve4("new.kmc.example")).toEqual(["192.0.2.8"]);
  });

  it("answers over TCP what is too long for UDP, and says so first", async () => {
    for (let n = 0; n < 60; n++) put("many.kmc.example", "TXT", `"${"x".repeat(200)}${n}"`, {});
    expect(await asked.resolveTxt("many.kmc.example")).toHaveLength(60);
    const query = encode({
      ...{ type: "query", id: 7, flags: 0x0100 },
      questions: [{ name: "many.kmc.example", type: "TXT" }],
    });
    const length = Buffer.from([query.length >> 8, query.length & 255]);
    const reply = await new Promise<Buffer>((resolve, reject) => {
      let got = Buffer.alloc(0);
      const socket = connect(server.port, "127.0.0.1", () => {
        // In two pieces, as networks deliver it.
        socket.write(Buffer.concat([length, query.subarray(0, 5)]));
        setTimeout(() => socket.write(query.subarray(5)), 20);
      });
      socket.on("error", reject).on("data", (chunk) => {
        got = Buffer.concat([got, chunk]);
        if (got.length < 2 + got.readUInt16BE(0)) return;
        socket.destroy();
        resolve(got.subarray(2));
      });
    });
    expect([decode(reply).id, decode(reply).answers?.length]).toEqual([7, 60]);
  });
});
