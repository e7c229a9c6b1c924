import * as http from "node:http";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import {
  closeGround,
  openGround,
  zoneId,
  world,
  sessions,
  make,
  record,
  setting,
  request,
  originCertificate,
  visit,
  statusOf,
  selfMade,
  listen,
  atOrigin,
  edge,
  secure,
  seen,
} from "./edge-ground";

beforeAll(openGround);
afterAll(closeGround);

describe("how the edge asks an origin", () => {
  beforeEach(async () => {
    await selfMade();
    await setting("ssl", "full");
  });

  it("is over TLS whatever the certificate in full, and in the clear for who came in the clear", async () => {
    expect((await visit("kmc.example")).text).toBe("over tls");
    expect((await visit("kmc.example", { scheme: "http" })).text).toBe("in the clear");
  });

  it("is in the clear in flexible", async () => {
    await setting("ssl", "flexible");
    expect((await visit("kmc.example")).text).toBe("in the clear");
  });

  it("is with a certificate of the origin authority for that very name in strict, unless revoked", async () => {
    await setting("ssl", "strict");
    expect(await statusOf("kmc.example")).toBe(526);
    secure.setSecureContext(await originCertificate(["www.kmc.example"]));
    expect(await statusOf("kmc.example")).toBe(526);
    expect(await statusOf("www.kmc.example")).toBe(200);
    const good = await originCertificate(["kmc.example", "*.kmc.example"]);
    secure.setSecureContext(good);
    expect((await visit("kmc.example")).text).toBe("over tls");
    expect(await statusOf("alias.kmc.example")).toBe(200);
    await sessions.cloudflare.delete(
      "urn:pulumi:dev::test::cloudflare:index/originCaCertificate:OriginCaCertificate::x",
      good.id,
      good.outputs,
    );
    expect(await statusOf("kmc.example")).toBe(526);
  });

  it("is strict for the names of a rule alone", async () => {
    const rules = [
      {
        ...{ action: "set_config", actionParameters: { ssl: "strict" }, enabled: true },
        expression: '(http.host in {"www.kmc.example" "x.kmc.example"})',
      },
    ];
    const phase = "http_config_settings";
    const inputs = { zoneId, kind: "zone", name: "default", phase, rules };
    const { id, outputs } = await make("cloudflare:index/ruleset:Ruleset", inputs);
    expect([await statusOf("www.kmc.example"), await statusOf("kmc.example")]).toEqual([526, 200]);
    const urn = "urn:pulumi:dev::test::cloudflare:index/ruleset:Ruleset::x";
    await sessions.cloudflare.delete(urn, id, outputs);
    expect(await statusOf("www.kmc.example")).toBe(200);
  });

  it("comes with the client certificate of a name while it is enabled for it", async () => {
    const authority = await make("tls:index/privateKey:PrivateKey", { algorithm: "RSA" });
    const caPrivateKeyPem = authority.outputs["privateKeyPem"];
    const { outputs } = await make("tls:index/selfSignedCert:SelfSignedCert", {
      ...{
        privateKeyPem: caPrivateKeyPem,
        subject: { commonName: "pulls" },
        isCaCertificate: true,
      },
      ...{ allowedUses: ["cert_signing"], validityPeriodHours: 24 },
    });
    const { key, csr } = await request("the edge");
    const leaf = await make("tls:index/locallySignedCert:LocallySignedCert", {
      ...{ certRequestPem: csr, caCertPem: outputs["certPem"], caPrivateKeyPem },
      ...{ allowedUses: ["client_auth"], validityPeriodHours: 24 },
    });
    const type =
      "cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate";
    const certificate = leaf.outputs["certPem"];
    const { id: certId } = await make(type, { zoneId, certificate, privateKey: key });
    const shown = (enabled: boolean) =>
      make("cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls", {
        ...{ zoneId, configs: [{ certId, enabled, hostname: "www.kmc.example" }] },
      });
    await shown(true);
    await visit("www.kmc.example");
    expect(seen.client).toBe("the edge");
    await visit("kmc.example");
    expect(seen.client).toBeUndefined();
    await shown(false);
    await visit("www.kmc.example");
    expect(seen.client).toBeUndefined();
  });
});

describe("what does not come through", () => {
  beforeAll(async () => {
    await setting("ssl", "full");
    await edge.settled();
  });

  it("is said in Cloudflare's codes: nobody there, no TLS there, no such name", async () => {
    expect(await statusOf("gone.kmc.example")).toBe(521);
    // In the clear is what is served there, on the port for TLS.
    secure.close();
    secure.closeAllConnections();
    const clear = http.createServer(atOrigin);
    await listen(clear, 443);
    expect(await statusOf("kmc.example")).toBe(525);
    clear.closeAllConnections();
    await new Promise((resolve) => clear.close(resolve));
    await listen(secure, 443);
    expect(await statusOf("none.kmc.example")).toBe(530);
    expect(await statusOf("none.kmc.example", { scheme: "http" })).toBe(530);
    await record("away.", "no-such-name.other.example", "CNAME");
    expect(await statusOf("away.kmc.example")).toBe(530);
  });

  it("is a name below what the zone's certificate covers, until there is a pack for it", async () => {
    await expect(visit("deep.www.kmc.example")).rejects.toThrow();
    const hosts = ["deep.www.kmc.example"];
    world.put("cloudflare/certificate_pack", "p", { zoneId, hosts, status: "active" });
    expect(await statusOf("deep.www.kmc.example")).toBe(200);
  });

  it("is plain http where the zone wants none of it", async () => {
    await setting("always_use_https", "on");
    const { status, headers } = await visit("www.kmc.example", { scheme: "http", path: "/a?b" });
    expect([status, headers.location]).toEqual([301, "https://www.kmc.example/a?b"]);
    await setting("always_use_https", "off");
  });

  it("is a name that a wildcard does not reach", async () => {
    expect(await statusOf("x.wild.kmc.example", { scheme: "http" })).toBe(200);
    expect(await statusOf("wild.kmc.example", { scheme: "http" })).toBe(530);
  });
});
