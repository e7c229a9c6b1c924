import { beforeEach, describe, expect, it } from "vitest";

import { EngineLog } from "../../emulator/engine-log";
import { Faults } from "../../emulator/faults";
import { recordedMachines } from "../../emulator/machines";
import { Session } from "../../emulator/session";
import { type Props } from "../../emulator/values";
import { World } from "../../emulator/world";
import { cloudflare } from "../../providers/cloudflare";
import { seedZones } from "../../providers/cloudflare/seed";

const zoneId = "0123456789abcdef0123456789abcdef";
const otherZone = "fedcba9876543210fedcba9876543210";
const token = "0".repeat(40);

let world: World;
let session: Session;
let now: Date;

beforeEach(() => {
  world = new World();
  seedZones(world, { "example.com": zoneId, "example.org": otherZone });
  now = new Date("2026-11-21T12:00:00.250Z");
  session = sessionWith(token);
});

function sessionWith(apiToken: string | undefined): Session {
  const cloud = { world, faults: new Faults(), machines: recordedMachines, now: () => now };
  return new Session(cloudflare, cloud, new EngineLog(), (name) =>
    name === "CLOUDFLARE_API_TOKEN" ? apiToken : undefined,
  );
}

const urn = (type: string, name = "x") => `urn:pulumi:dev::test::cloudflare:index/${type}::${name}`;
const record = urn("dnsRecord:DnsRecord");
const inputs = (changes: Props = {}): Props => ({
  zoneId,
  name: "www.example.com",
  type: "A",
  content: "192.0.2.1",
  ttl: 300,
  ...changes,
});
const make = (changes: Props = {}) => session.create(record, inputs(changes), false);
const update = (made: { id: string; outputs: Props }, changes: Props) =>
  session.update(
    record,
    made.id,
    { olds: made.outputs, oldInputs: inputs(), news: inputs(changes) },
    false,
  );
const diff = (olds: Props, news: Props) =>
  session.diff(record, "id", { olds, oldInputs: news, news, ignoreChanges: [] });

describe("a DNS record", () => {
  it("is kept in the API's own spelling and shows the program's until a refresh", async () => {
    const made = await make({ name: "WWW", type: "AAAA", content: "2001:0DB8:0:0::1" });
    expect(made.id).toMatch(/^[0-9a-f]{32}$/);
    expect(made.outputs).toMatchObject({
      name: "WWW",
      content: "2001:0DB8:0:0::1",
      proxied: false,
      createdOn: "2026-11-21T12:00:00Z",
    });
    expect(world.get("cloudflare/dns_record", made.id)?.data).toMatchObject({
      name: "www.example.com",
      content: "2001:db8::1",
    });
    const read = await session.read(record, made.id, { outputs: made.outputs, inputs: inputs() });
    expect(read?.inputs).toMatchObject({ name: "www.example.com", content: "2001:db8::1" });
  });

  it("refuses a CNAME beside an address, an address beside a CNAME, and a twin", async () => {
    const alias = { type: "CNAME", content: "origin.example.com" };
    await make();
    await expect(make(alias)).rejects.toThrow('"code":81053');
    await expect(make()).rejects.toThrow('"code":81058');
    await make({ content: "192.0.2.2" });
    await make({ ...alias, name: "direct.example.com" });
    await expect(make({ name: "direct" })).rejects.toThrow('"code":81053');
    await expect(make({ ...alias, name: "direct", content: "b.example.com" })).rejects.toThrow(
      '"code":81053',
    );
  });

  it("refuses on update what it refuses on create, but not itself", async () => {
    await make();
    const second = await make({ content: "192.0.2.2" });
    await expect(update(second, { content: "192.0.2.1" })).rejects.toThrow('"code":81058');
    now = new Date("2026-11-21T13:00:00Z");
    expect(await update(second, { content: "192.0.2.2", ttl: 600 })).toMatchObject({
      ttl: 600,
      createdOn: "2026-11-21T12:00:00Z",
      modifiedOn: "2026-11-21T13:00:00Z",
    });
  });

  it.each([
    [{ content: "origin.example.com" }, 9005],
    [{ content: undefined }, 9005],
    [{ type: "AAAA", content: "192.0.2.1" }, 9006],
    [{ type: "CNAME", content: "not a name" }, 9007],
    [{ ttl: 30 }, 9021],
    [{ type: "TXT", content: "text", proxied: true, ttl: 1 }, 9004],
    [{ name: "www.example.org" }, 9000],
  ])("refuses %j with %i", async (changes, code) => {
    await expect(make(changes)).rejects.toThrow(`"code":${code}`);
  });

  it("checks the time to live of a proxied one at create only, and the cloud makes it 1", async () => {
    await expect(make({ proxied: true })).rejects.toThrow(
      /^ttl must be set to 1 when `proxied` is true: /,
    );
    const made = await make();
    expect(await update(made, { proxied: true })).toMatchObject({ ttl: 300, proxied: true });
    expect(world.get("cloudflare/dns_record", made.id)?.data["ttl"]).toBe(1);
  });

  it("fails to update or delete once it is gone, and a refresh drops it", async () => {
    const made = await make();
    world.remove("cloudflare/dns_record", made.id);
    const gone = /404 Not Found .*"code":81044,"message":"Record does not exist\."/;
    await expect(update(made, { ttl: 600 })).rejects.toThrow(gone);
    await expect(session.delete(record, made.id, made.outputs)).rejects.toThrow(gone);
    const known = { outputs: made.outputs, inputs: inputs() };
    expect(await session.read(record, made.id, known)).toBeUndefined();
  });

  it("shows in a refresh what was changed behind the program's back", async () => {
    const made = await make();
    world.patch("cloudflare/dns_record", made.id, { content: "198.51.100.7" });
    const read = await session.read(record, made.id, { outputs: made.outputs, inputs: inputs() });
    expect(read?.inputs["content"]).toBe("198.51.100.7");
    expect(diff(read!.outputs, inputs()).diffs).toEqual(["content", "modifiedOn"]);
  });

  it("is imported by zone and record, and refuses any other form", async () => {
    const made = await make();
    const nothing = { outputs: {}, inputs: {} };
    const found = await session.read(record, `${zoneId}/${made.id}`, nothing);
    expect(found).toMatchObject({ id: made.id, inputs: inputs() });
    expect(found?.inputs).not.toHaveProperty("proxied");
    await expect(session.read(record, made.id, nothing)).rejects.toThrow(
      `invalid ID: expected urlencoded segments "<zone_id>/<dns_record_id>", got "${made.id}"`,
    );
    await expect(session.read(record, `${zoneId}/${"f".repeat(32)}`, nothing)).rejects.toThrow(
      '"code":81044',
    );
  });

  it("is replaced for its type and zone and updated for the rest", async () => {
    const { outputs } = await make();
    expect(diff(outputs, inputs({ content: "192.0.2.9" })).replaces).toEqual([]);
    expect(diff(outputs, inputs({ zoneId: otherZone })).replaces).toEqual(["zoneId"]);
    expect(diff(outputs, inputs({ type: "CNAME", content: "a.example.com" })).replaces).toEqual([
      "type",
    ]);
    expect(diff(outputs, inputs({ name: "www" })).changes).toBe(false);
    expect(diff(outputs, inputs({ name: "WWW.example.com" })).changes).toBe(true);
  });
});

describe("a zone", () => {
  it("of another account is forbidden, and an id that is none leads nowhere", async () => {
    await expect(make({ zoneId: "a".repeat(32) })).rejects.toThrow(
      '403 Forbidden {"result":null,"success":false,"errors":[{"code":10000,"message":"Authentication error"}]',
    );
    await expect(make({ zoneId: "example.com" })).rejects.toThrow(
      '"code":7003,"message":"Could not route to /zones/example.com/dns_records, perhaps',
    );
    await expect(make({ zoneId: undefined })).rejects.toThrow(
      /^failed to make http request: missing required zone_id parameter$/,
    );
  });

  it("is found by its name, and not when there is none", async () => {
    const getZone = (args: Props) => session.invoke("cloudflare:index/getZone:getZone", args);
    expect(await getZone({ filter: { name: "example.org" } })).toMatchObject({
      zoneId: otherZone,
      name: "example.org",
    });
    await expect(getZone({ filter: { name: "nope.example" } })).rejects.toThrow(
      "failed to find exactly one result: 0 found",
    );
    const zones = await session.invoke("cloudflare:index/getZones:getZones", {});
    expect(zones["results"]).toHaveLength(2);
  });

  it("that is seeded again keeps its records", async () => {
    const made = await make();
    seedZones(world, { "example.com": zoneId });
    expect(world.get("cloudflare/dns_record", made.id)).toBeDefined();
    expect(world.list("cloudflare/zone")).toHaveLength(2);
  });
});

describe("a zone's setting", () => {
  const setting = urn("zoneSetting:ZoneSetting");
  const ssl = { zoneId, settingId: "ssl", value: "strict" };

  it("belongs to one zone, stands before anybody sets it, and outlives its resource", async () => {
    const nothing = { outputs: {}, inputs: {} };
    const before = await session.read(setting, `${otherZone}/ssl`, nothing);
    expect(before?.outputs["value"]).toBe("full");
    const made = await session.create(setting, ssl, false);
    expect(made.id).toBe("ssl");
    await session.delete(setting, made.id, made.outputs);
    const after = await session.read(setting, `${zoneId}/ssl`, nothing);
    expect(after?.outputs["value"]).toBe("strict");
    const other = await session.read(setting, `${otherZone}/ssl`, nothing);
    expect(other?.outputs["value"]).toBe("full");
  });

  it("refuses names and values that do not exist", async () => {
    await expect(session.create(setting, { ...ssl, settingId: "nope" }, false)).rejects.toThrow(
      "Undefined zone setting: nope",
    );
    await expect(session.create(setting, { ...ssl, value: "bogus" }, false)).rejects.toThrow(
      "Invalid value for zone setting ssl",
    );
  });
});

describe("a token", () => {
  it("is wanted, and must look like one", async () => {
    session = sessionWith(undefined);
    await expect(make()).rejects.toThrow('"code":9106');
    session = sessionWith("short");
    await expect(make()).rejects.toThrow('"code":6003');
    session = sessionWith(`${token}\n`);
    await expect(make()).rejects.toThrow("invalid header field value");
    session = sessionWith(undefined);
    session.configure({ apiToken: token });
    await make();
  });

  it("in the configuration is judged by CheckConfig and never shown", () => {
    const checked = session.checkConfig({ apiToken: "s3cret!" });
    expect(checked.failures[0]!.reason).toMatch(/API tokens must only contain characters/);
    expect(JSON.stringify(checked.failures)).not.toContain("s3cret!");
    expect(session.checkConfig({ apiToken: token }).failures).toEqual([]);
  });
});
