import { X509Certificate } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";

import { EngineLog } from "../../emulator/engine-log";
import { Faults } from "../../emulator/faults";
import { recordedMachines } from "../../emulator/machines";
import { Session } from "../../emulator/session";
import type { Props } from "../../emulator/values";
import { World } from "../../emulator/world";
import { certificateRequest } from "../../parity/sample-csr";
import { cloudflare } from "../../providers/cloudflare";
import { revokedKind } from "../../providers/cloudflare/origin-ca-certificate";
import { seedZones } from "../../providers/cloudflare/seed";

describe("an origin certificate", () => {
  const certificate =
    "urn:pulumi:dev::test::cloudflare:index/originCaCertificate:OriginCaCertificate::cert";
  let world: World;
  let session: Session;

  beforeEach(() => {
    world = new World();
    seedZones(world, { "example.com": "0123456789abcdef0123456789abcdef" });
    const now = () => new Date("2026-11-21T12:00:00.250Z");
    const cloud = { world, faults: new Faults(), machines: recordedMachines, now };
    session = new Session(cloudflare, cloud, new EngineLog());
    session.configure({ apiToken: "0".repeat(40) });
  });

  const order = (csr: string, changes: Props = {}) => ({
    csr,
    hostnames: ["example.com", "*.example.com"],
    requestType: "origin-ecc",
    requestedValidity: 90,
    ...changes,
  });

  it("is real: for the request's key and names, signed by the local cloud's authority", async () => {
    const csr = certificateRequest;
    const { outputs } = await session.create(certificate, order(csr), false);
    const signed = new X509Certificate(String(outputs["certificate"]));
    const authority = world.get("cloudflare/origin_ca", "authority")!.data;
    const issuer = new X509Certificate(String(authority["certificate"]));
    expect(signed.checkIssued(issuer)).toBe(true);
    expect(signed.verify(issuer.publicKey)).toBe(true);
    const key = signed.publicKey.export({ type: "spki", format: "der" });
    const request = Buffer.from(csr.split("\n").slice(1, -2).join(""), "base64");
    expect(request.includes(key)).toBe(true);
    expect(signed.subjectAltName).toBe("DNS:example.com, DNS:*.example.com");
    expect(signed.ca).toBe(false);
    expect(new Date(signed.validTo).toISOString()).toBe("2027-02-19T12:00:00.000Z");
    expect(outputs["expiresOn"]).toBe("2027-02-19 12:00:00 +0000 UTC");
    const second = await session.create(certificate, order(csr), false);
    expect(new X509Certificate(String(second.outputs["certificate"])).checkIssued(issuer)).toBe(
      true,
    );
  });

  it("is refused for requests that are none and names of other people's zones", async () => {
    await expect(session.create(certificate, order("nope"), false)).rejects.toThrow(
      "Failed to decode CSR.",
    );
    const csr = certificateRequest;
    const foreign = order(csr, { hostnames: ["example.net"] });
    await expect(session.create(certificate, foreign, false)).rejects.toThrow(
      "Failed to validate requested hostname example.net",
    );
  });

  it("is a new one whenever anything changes, the order of names included", async () => {
    const csr = certificateRequest;
    const { id, outputs } = await session.create(certificate, order(csr), false);
    const replaces = (changes: Props) => {
      const news = order(csr, changes);
      const change = { olds: outputs, oldInputs: order(csr), news, ignoreChanges: [] };
      return session.diff(certificate, id, change).replaces;
    };
    expect(replaces({})).toEqual([]);
    expect(replaces({ hostnames: ["*.example.com", "example.com"] })).toEqual(["hostnames"]);
    expect(replaces({ csr: csr.trim() })).toEqual(["csr"]);
    expect(replaces({ requestedValidity: undefined })).toEqual(["requestedValidity"]);
  });

  it("is remembered as revoked once it is deleted", async () => {
    const { id, outputs } = await session.create(certificate, order(certificateRequest), false);
    await session.delete(certificate, id, outputs);
    expect(world.get("cloudflare/origin_ca_certificate", id)).toBeUndefined();
    expect(world.get(revokedKind, id)?.data).toEqual({
      certificate: outputs["certificate"],
      revokedOn: "2026-11-21T12:00:00Z",
    });
  });
});
