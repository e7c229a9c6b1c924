import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { utils } from "ssh2";
import { afterAll, describe, expect, it } from "vitest";

import { EngineLog } from "../../emulator/engine-log";
import { Faults } from "../../emulator/faults";
import { recordedMachines } from "../../emulator/machines";
import { Session } from "../../emulator/session";
import { reveal, UNKNOWN, type Props } from "../../emulator/values";
import { World } from "../../emulator/world";
import { tls } from "../../providers/tls";

let now = new Date("2026-11-21T12:00:00.123Z");
const cloud = { world: new World(), faults: new Faults(), machines: recordedMachines };
const session = new Session(tls, { ...cloud, now: () => now }, new EngineLog());
const urnOf = (type: string) => `urn:pulumi:test::berth::tls:index/${type}::it`;
const keyUrn = urnOf("privateKey:PrivateKey");
const certUrn = urnOf("selfSignedCert:SelfSignedCert");
const signedUrn = urnOf("locallySignedCert:LocallySignedCert");

async function create(urn: string, news: Props) {
  const { inputs, failures } = session.check(urn, {}, news);
  expect(failures).toEqual([]);
  return session.create(urn, inputs, false);
}

async function newKey(inputs: Props): Promise<Record<string, string>> {
  const { outputs } = await create(keyUrn, inputs);
  return reveal(outputs) as Record<string, string>;
}

describe("a private key", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "tls-"));
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  it.each([
    [{ algorithm: "ECDSA", ecdsaCurve: "P256" }, "ecdsa-sha2-nistp256", "EC PRIVATE KEY"],
    [{ algorithm: "ECDSA", ecdsaCurve: "P384" }, "ecdsa-sha2-nistp384", "EC PRIVATE KEY"],
    [{ algorithm: "ECDSA", ecdsaCurve: "P521" }, "ecdsa-sha2-nistp521", "EC PRIVATE KEY"],
    [{ algorithm: "ED25519" }, "ssh-ed25519", "PRIVATE KEY"],
    [{ algorithm: "RSA", rsaBits: 2048 }, "ssh-rsa", "RSA PRIVATE KEY"],
  ])("of %o is real in every form", async (inputs, sshType, label) => {
    const key = await newKey(inputs);
    expect(key["privateKeyPem"]).toMatch(new RegExp(`^-----BEGIN ${label}-----\n`));
    expect(key["publicKeyOpenssh"]).toMatch(new RegExp(`^${sshType} [A-Za-z0-9+/=]+\n$`));
    const publicPem = createPublicKey(createPrivateKey(key["privateKeyPem"]!))
      .export({ type: "spki", format: "pem" })
      .toString();
    expect(key["publicKeyPem"]).toBe(publicPem);
    const parsed = utils.parseKey(key["privateKeyOpenssh"]!);
    if (parsed instanceof Error || Array.isArray(parsed)) throw new Error(String(parsed));
    expect(`${parsed.type} ${parsed.getPublicSSH().toString("base64")}\n`).toBe(
      key["publicKeyOpenssh"],
    );
  });

  it("is one that OpenSSH itself reads, with the fingerprint it shows", async () => {
    const key = await newKey({ algorithm: "ECDSA", ecdsaCurve: "P256" });
    const file = path.join(directory, "key");
    fs.writeFileSync(file, key["privateKeyOpenssh"]!, { mode: 0o600 });
    const keygen = (...args: string[]) => execFileSync("ssh-keygen", args, { encoding: "utf8" });
    expect(keygen("-y", "-f", file).trim()).toBe(key["publicKeyOpenssh"]!.trim());
    fs.writeFileSync(`${file}.pub`, key["publicKeyOpenssh"]!);
    expect(keygen("-l", "-f", `${file}.pub`)).toContain(key["publicKeyFingerprintSha256"]);
    expect(keygen("-l", "-E", "md5", "-f", `${file}.pub`)).toContain(
      key["publicKeyFingerprintMd5"],
    );
  });

  it("on the default curve P224 has no SSH form", async () => {
    const key = await newKey({ algorithm: "ECDSA" });
    expect(key).toMatchObject({ ecdsaCurve: "P224", publicKeyOpenssh: "", privateKeyOpenssh: "" });
  });

  it("is a different one every time, and unknown in a preview", async () => {
    const inputs = { algorithm: "ED25519" };
    const [first, second] = [await newKey(inputs), await newKey(inputs)];
    expect(first["id"]).not.toBe(second["id"]);
    const { outputs } = await session.create(keyUrn, inputs, true);
    expect(outputs).toMatchObject({ privateKeyPem: UNKNOWN, publicKeyOpenssh: UNKNOWN });
  });

  it("stays out of the local cloud, and in the state over a refresh", async () => {
    const inputs = { algorithm: "ED25519" };
    const made = await session.create(keyUrn, inputs, false);
    expect(cloud.world.all()).toEqual([]);
    const found = await session.read(keyUrn, made.id, { inputs, outputs: made.outputs });
    expect(found).toEqual({ id: made.id, inputs, outputs: made.outputs });
  });

  it("refuses an algorithm in lower case", () => {
    expect(session.check(keyUrn, {}, { algorithm: "rsa" }).failures[0]?.reason).toContain(
      'Attribute algorithm value must be one of: ["RSA" "ECDSA" "ED25519"], got: "rsa"',
    );
  });
});

describe("certificates", () => {
  const inputs = (privateKeyPem: string) => ({
    privateKeyPem,
    subject: { commonName: "kmc.example", organization: "Agency" },
    dnsNames: ["kmc.example", "*.kmc.example"],
    ipAddresses: ["192.0.2.1"],
  });

  it("are requested with a signature that holds", async () => {
    const key = await newKey({ algorithm: "ECDSA", ecdsaCurve: "P256" });
    const { id, outputs } = await create(
      urnOf("certRequest:CertRequest"),
      inputs(key["privateKeyPem"]!),
    );
    expect(id).toMatch(/^[0-9a-f]{40}$/);
    const pem = String(outputs["certRequestPem"]);
    const text = execFileSync("openssl", ["req", "-noout", "-text", "-verify"], {
      input: pem,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
    });
    expect(text).toMatch(/O ?= ?Agency, CN ?= ?kmc.example/);
    expect(text).toContain("DNS:kmc.example, DNS:*.kmc.example, IP Address:192.0.2.1");
  });

  it("are signed by themselves for as long as was asked", async () => {
    const key = await newKey({ algorithm: "RSA" });
    const { outputs } = await create(certUrn, {
      ...inputs(key["privateKeyPem"]!),
      allowedUses: ["cert_signing", "server_auth"],
      isCaCertificate: true,
      validityPeriodHours: 24,
    });
    const certificate = new X509Certificate(String(outputs["certPem"]));
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(key["privateKeyPem"]!))).toBe(true);
    expect(certificate.ca).toBe(true);
    expect(certificate.checkHost("www.kmc.example")).toBeDefined();
    expect(outputs["validityEndTime"]).toBe("2026-11-22T12:00:00.123Z");
  });

  it("are replaced when their renewal is due", async () => {
    const key = await newKey({ algorithm: "ECDSA", ecdsaCurve: "P256" });
    const news = {
      ...inputs(key["privateKeyPem"]!),
      allowedUses: ["server_auth"],
      earlyRenewalHours: 1,
      validityPeriodHours: 24,
    };
    const { id, outputs } = await create(certUrn, news);
    const change = { olds: outputs, oldInputs: news, news, ignoreChanges: [] };
    expect(session.diff(certUrn, id, change).changes).toBe(false);
    now = new Date("2026-11-22T11:30:00Z");
    expect(session.diff(certUrn, id, change).replaces).toEqual(["readyForRenewal"]);
    const found = await session.read(certUrn, id, { inputs: news, outputs });
    expect(found?.outputs["readyForRenewal"]).toBe(true);
  });

  it("are refused for a key that is none, without showing it", async () => {
    const news = inputs("not a key");
    const failed = session.create(urnOf("certRequest:CertRequest"), news, false);
    await expect(failed).rejects.toThrow(/^Failed to parse private key PEM: [^]*undecoded 9$/);
  });

  it("are signed by a given authority, for the request's names, and end before it is too late", async () => {
    now = new Date("2026-11-21T12:00:00.123Z");
    const authorityKey = await newKey({ algorithm: "ECDSA", ecdsaCurve: "P256" });
    const authority = await create(certUrn, {
      privateKeyPem: authorityKey["privateKeyPem"]!,
      subject: { commonName: "Origin pulls" },
      allowedUses: ["cert_signing", "crl_signing"],
      isCaCertificate: true,
      validityPeriodHours: 48,
    });
    const key = await newKey({ algorithm: "ECDSA", ecdsaCurve: "P256" });
    const request = await create(urnOf("certRequest:CertRequest"), inputs(key["privateKeyPem"]!));
    const news = {
      certRequestPem: request.outputs["certRequestPem"],
      caCertPem: authority.outputs["certPem"],
      caPrivateKeyPem: authorityKey["privateKeyPem"],
      allowedUses: ["digital_signature", "client_auth"],
      earlyRenewalHours: 1,
      validityPeriodHours: 24,
    };
    const { id, outputs } = await create(signedUrn, news);
    const leaf = new X509Certificate(String(outputs["certPem"]));
    const issuer = new X509Certificate(String(authority.outputs["certPem"]));
    expect(leaf.checkIssued(issuer)).toBe(true);
    expect(leaf.verify(issuer.publicKey)).toBe(true);
    expect(leaf.checkPrivateKey(createPrivateKey(key["privateKeyPem"]!))).toBe(true);
    expect([leaf.ca, leaf.checkHost("www.kmc.example")]).toEqual([false, "*.kmc.example"]);
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(outputs).toMatchObject({ caKeyAlgorithm: "ECDSA", readyForRenewal: false });
    const change = { olds: outputs, oldInputs: news, news, ignoreChanges: [] };
    expect(session.diff(signedUrn, id, change).changes).toBe(false);
    now = new Date("2026-11-22T11:30:00Z");
    expect(session.diff(signedUrn, id, change).replaces).toEqual(["readyForRenewal"]);
    now = new Date("2026-11-21T12:00:00.123Z");
    const stranger = { ...news, caPrivateKeyPem: key["privateKeyPem"] };
    await expect(session.create(signedUrn, stranger, false)).rejects.toThrow(
      "provided PrivateKey doesn't match parent's PublicKey",
    );
  });
});
