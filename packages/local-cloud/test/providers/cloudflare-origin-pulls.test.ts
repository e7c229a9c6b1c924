import { beforeEach, describe, expect, it } from "vitest";

import { EngineLog } from "../../emulator/engine-log";
import { Faults } from "../../emulator/faults";
import { recordedMachines } from "../../emulator/machines";
import { Session } from "../../emulator/session";
import { isMarked, reveal, type Props } from "../../emulator/values";
import { World } from "../../emulator/world";
import { cloudflare } from "../../providers/cloudflare";
import { seedZones } from "../../providers/cloudflare/seed";
import { tls } from "../../providers/tls";

const zoneId = "0123456789abcdef0123456789abcdef";
const now = () => new Date("2026-11-21T12:00:00.250Z");
const shared = { faults: new Faults(), machines: recordedMachines, now };
const urn = (type: string) => `urn:pulumi:dev::test::${type}::x`;
const certificateUrn = urn(
  "cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate",
);
const associationUrn = urn("cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls");
const rulesetUrn = urn("cloudflare:index/ruleset:Ruleset");

let session: Session;

beforeEach(() => {
  const world = new World();
  seedZones(world, { "example.com": zoneId, "example.org": "f".repeat(32) });
  session = new Session(cloudflare, { ...shared, world }, new EngineLog());
  session.configure({ apiToken: "0".repeat(40) });
});

/** A key and a certificate that signed itself, an authority or none. */
async function pair(isCaCertificate: boolean, hours = 24) {
  const maker = new Session(tls, { ...shared, world: new World() }, new EngineLog());
  const make = (type: string, inputs: Props) => maker.create(urn(type), inputs, false);
  const curve = { algorithm: "ECDSA", ecdsaCurve: "P256" };
  const key = reveal((await make("tls:index/privateKey:PrivateKey", curve)).outputs);
  const { outputs } = await make("tls:index/selfSignedCert:SelfSignedCert", {
    privateKeyPem: key["privateKeyPem"],
    subject: { commonName: "edge", organization: "Agency" },
    allowedUses: ["client_auth"],
    validityPeriodHours: hours,
    isCaCertificate,
  });
  return { zoneId, certificate: outputs["certPem"], privateKey: key["privateKeyPem"] };
}

const upload = (inputs: Props) => session.create(certificateUrn, inputs, false);
const associate = (certId: string, changes: Props = {}) =>
  session.create(
    associationUrn,
    { zoneId, configs: [{ certId, enabled: true, hostname: "www.example.com", ...changes }] },
    false,
  );

describe("a hostname's client certificate", () => {
  it("tells of itself what is in it, hides its key, and is deployed a moment later", async () => {
    const inputs = await pair(false);
    const { id, outputs } = await upload(inputs);
    expect(outputs).toMatchObject({
      ...{ expiresOn: "2026-11-22T12:00:00Z", issuer: "Agency", signature: "ECDSAWithSHA256" },
      ...{ status: "pending_deployment", uploadedOn: "2026-11-21T12:00:00Z" },
    });
    expect(outputs["serialNumber"]).toMatch(/^\d{20,}$/);
    expect(isMarked(outputs["privateKey"])).toBe(true);
    const found = await session.read(certificateUrn, id, { inputs, outputs });
    expect(found?.outputs["status"]).toBe("active");
    const nothing = { inputs: {}, outputs: {} };
    const imported = await session.read(certificateUrn, `${zoneId}/${id}`, nothing);
    expect(imported?.inputs).toEqual({ certificate: inputs.certificate, zoneId });
  });

  it("is refused when it is an authority, has another key, is over, or is there already", async () => {
    await expect(upload(await pair(true))).rejects.toThrow("missing leaf certificate");
    const inputs = await pair(false);
    const other = await pair(false);
    await expect(upload({ ...inputs, privateKey: other.privateKey })).rejects.toThrow(
      "Private key does not match certificate.",
    );
    await expect(upload(await pair(false, 0))).rejects.toThrow("Certificate has expired.");
    await upload(inputs);
    await expect(upload(inputs)).rejects.toThrow(/"code":1406/);
  });

  it("cannot be deleted while a hostname uses it", async () => {
    const { id, outputs } = await upload(await pair(false));
    const used = await associate(id);
    await expect(session.delete(certificateUrn, id, outputs)).rejects.toThrow(/"code":1433/);
    await session.delete(associationUrn, used.id, used.outputs);
    await session.delete(certificateUrn, id, outputs);
    expect(await session.read(certificateUrn, id, { inputs: { zoneId }, outputs })).toBeUndefined();
  });
});

describe("what shows a hostname's client certificate", () => {
  it("tells of the certificate, is one per hostname, and keeps its inputs over a refresh", async () => {
    const inputs = await pair(false);
    const { id } = await upload(inputs);
    const made = await associate(id);
    expect(made.id).toBe("www.example.com");
    expect(made.outputs).toMatchObject({
      ...{ hostname: "www.example.com", enabled: true, certId: id, certStatus: "active" },
      ...{ certificate: inputs.certificate, issuer: "Agency" },
    });
    expect(made.outputs).not.toHaveProperty("privateKey");
    const config = { certId: id, enabled: false, hostname: "www.example.com" };
    const olds = made.outputs;
    const news = { zoneId, configs: [config] };
    const oldInputs = { zoneId, configs: [{ ...config, enabled: true }] };
    const change = { olds, oldInputs, news };
    const verdict = session.diff(associationUrn, made.id, { ...change, ignoreChanges: [] });
    expect([verdict.changes, verdict.replaces]).toEqual([true, []]);
    const updated = await session.update(associationUrn, made.id, change, false);
    expect(updated["enabled"]).toBe(false);
    const found = await session.read(associationUrn, made.id, { inputs: news, outputs: updated });
    expect(found?.inputs).toEqual(news);
  });

  it("is refused for several hostnames, other zones' names and certificates that are none", async () => {
    const { id } = await upload(await pair(false));
    const configs = [{ certId: id, enabled: true, hostname: "a.example.com" }];
    const both = { zoneId, configs: [...configs, ...configs] };
    await expect(session.create(associationUrn, both, false)).rejects.toThrow(
      "config must contain exactly one hostname association",
    );
    await expect(associate(id, { hostname: "www.example.org" })).rejects.toThrow(
      "does not belong to the zone",
    );
    await expect(associate("0".repeat(32))).rejects.toThrow("Certificate not found.");
  });
});

describe("a zone's rulesets", () => {
  const phase = "http_config_settings";
  const theirs = { action: "set_config", expression: "true", actionParameters: { bic: false } };
  const ours = {
    action: "set_config",
    expression: '(http.host in {"www.example.com"})',
    actionParameters: { ssl: "strict" },
    ref: "strict_names",
  };
  const ruleset = (rules: readonly Props[]): Props => ({
    ...{ zoneId, kind: "zone", name: "default", phase, rules },
  });
  const lookUp = (name: string, args: Props) =>
    session.invoke(`cloudflare:index/${name}:${name}`, { zoneId, ...args });

  it("are found without their rules, imported with them, and changed without losing one", async () => {
    const made = await session.create(rulesetUrn, ruleset([theirs]), false);
    const { rulesets } = await lookUp("getRulesets", {});
    const found = (rulesets as Props[]).filter((item) => item["phase"] === phase);
    expect(found).toEqual([expect.objectContaining({ id: made.id, kind: "zone" })]);
    expect(found[0]).not.toHaveProperty("rules");
    const { rules } = await lookUp("getRuleset", { id: made.id });
    const [kept] = rules as Props[];
    expect(kept).toMatchObject(theirs);
    const nothing = { inputs: {}, outputs: {} };
    const imported = await session.read(rulesetUrn, `zones/${zoneId}/${made.id}`, nothing);
    const change = {
      olds: imported!.outputs,
      oldInputs: imported!.inputs,
      news: ruleset([ours, { ...theirs, ref: kept!["ref"] }]),
    };
    const updated = await session.update(rulesetUrn, made.id, change, false);
    const [first, second] = updated["rules"] as Props[];
    expect([first!["ref"], second!["id"]]).toEqual(["strict_names", kept!["id"]]);
    expect(second).toMatchObject(theirs);
  });

  it("are one for a phase: a second is refused", async () => {
    await session.create(rulesetUrn, ruleset([theirs]), false);
    await expect(session.create(rulesetUrn, ruleset([ours]), false)).rejects.toThrow(
      `exceeded maximum number of zone rulesets for phase ${phase}`,
    );
    await expect(lookUp("getRuleset", { id: "0".repeat(32) })).rejects.toThrow(/"code":10003/);
  });

  it("stand beside a setting that keeps Cloudflare from changing the mode by itself", async () => {
    const setting = urn("cloudflare:index/zoneSetting:ZoneSetting");
    const mode = (value: string) =>
      session.create(setting, { zoneId, settingId: "ssl_automatic_mode", value }, false);
    expect((await mode("custom")).outputs["value"]).toBe("custom");
    await expect(mode("strict")).rejects.toThrow("Invalid value for zone setting");
  });
});
