import { describe, expect, it } from "vitest";

import { unknown, type Value, type Values } from "../../engine/values";
import { keepSecretsSecret, listUnknown } from "../../policies/rules/keep-secrets-secret";
import { haveAllNames, proxyPrimaryNames } from "../../policies/rules/proxy-primary-names";
import { resource, told } from "./resources";

const names = resource("berth:index:ProjectNames", {
  primary: "red-direct.example",
  origin: "origin.red-direct.example",
  direct: "direct.red-direct.example",
});
const record = (name: Value, type: Value, proxied: Value, parent = names) =>
  resource("cloudflare:index/dnsRecord:DnsRecord", { name, type, proxied }, { parent });

const primary = record("red-direct.example", "A", true);
const origin = record("origin.red-direct.example", "A", false);
const direct = record("direct.red-direct.example", "CNAME", false);

describe("visitors' names are proxied, login names are not", () => {
  it("passes a project's three records, even where the domain reads like a role", () => {
    for (const each of [primary, origin, direct]) {
      expect(told(proxyPrimaryNames(each))).toEqual([]);
    }
    expect(told(haveAllNames([names, primary, origin, direct]))).toEqual([]);
  });

  it("lets the same machine have its primary and its own name by IPv6, in nobody's place", () => {
    const address6 = "2001:db8::5";
    const has = resource("berth:index:ProjectNames", { ...names.inputs, address6 });
    const by = (content: Value, proxied: Value, name: string, parent = has) =>
      resource(
        "cloudflare:index/dnsRecord:DnsRecord",
        { name, type: "AAAA", proxied, content },
        { parent },
      );
    const six = by(address6, true, "red-direct.example");
    const own = by(address6, false, "origin.red-direct.example");
    for (const each of [six, own]) expect(told(proxyPrimaryNames(each))).toEqual([]);
    expect(told(proxyPrimaryNames(by(unknown, true, "red-direct.example")))).toEqual([
      "not judged: dnsrecord.content",
    ]);
    for (const stray of [
      by("2001:db8::6", true, "red-direct.example"),
      by(address6, true, "red-direct.example", names),
      by(address6, false, "direct.red-direct.example"),
    ]) {
      expect(told(proxyPrimaryNames(stray))).toHaveLength(1);
    }
    expect(told(haveAllNames([names, six, own, primary, direct])).join("\n")).toContain(
      "create the origin record",
    );
  });

  it.each([
    [
      "a direct that is an AAAA record",
      record("direct.red-direct.example", "AAAA", false),
      "CNAME",
    ],
    ["a primary name that is not proxied", record("red-direct.example", "A", false), "to every"],
    ["a proxied origin", record("origin.red-direct.example", "A", true), "SSH would reach"],
    ["a proxied direct", record("direct.red-direct.example", "CNAME", true), "SSH would reach"],
    ["a direct that is an A record", record("direct.red-direct.example", "A", false), "CNAME"],
  ])("refuses %s", (_, given, message) => {
    expect(told(proxyPrimaryNames(given)).join("\n")).toContain(message);
  });

  it("knows further names by what the project says of them", () => {
    const many = resource("berth:index:ProjectNames", {
      ...names.inputs,
      www: "www.red.example",
      serves: ["red-origin.example"],
      redirects: ["old.example"],
    });
    const www = record("www.red.example", "CNAME", true, many);
    const serves = record("red-origin.example", "A", true, many);
    const redirects = record("old.example", "A", true, many);
    for (const each of [www, serves, redirects]) expect(told(proxyPrimaryNames(each))).toEqual([]);
    const all = [many, record("red-direct.example", "A", true, many), www, serves];
    expect(told(haveAllNames(all)).join("\n")).toContain(
      "no record has its redirects name old.example",
    );
    for (const wrong of [
      record("www.red.example", "A", true, many),
      record("old.example", "A", false, many),
      record("older.example", "A", true, many),
    ]) {
      expect(told(proxyPrimaryNames(wrong))).toHaveLength(1);
    }
  });

  it("lets a record stand as its zone held it before, that one and no other", () => {
    const former = { name: "red-direct.example", type: "AAAA", content: "2001:db8::9" };
    const stray = { name: "*.example", type: "A", content: "192.0.2.9" };
    const holding = resource("berth:index:ProjectNames", {
      ...names.inputs,
      asBefore: [former, stray],
    });
    const as = (inputs: Values) =>
      told(
        proxyPrimaryNames(
          resource("cloudflare:index/dnsRecord:DnsRecord", inputs, { parent: holding }),
        ),
      );
    expect(as({ ...former, proxied: false })).toEqual([]);
    expect(as({ ...former, content: "2001:db8::1", proxied: true })).toHaveLength(1);
    expect(as({ ...stray, proxied: true })).toHaveLength(1);
  });

  it("knows the roles of names that stand alone by their first label", () => {
    const alone = (name: string) =>
      resource("cloudflare:index/dnsRecord:DnsRecord", { name, type: "A", proxied: true });
    for (const name of ["origin-prod-b.shop.example", "kmc-origin.countable.ca"]) {
      expect(told(proxyPrimaryNames(alone(name)))).toHaveLength(1);
    }
    for (const name of ["www.shop.example", "original.shop.example", "*.shop.example"]) {
      expect(told(proxyPrimaryNames(alone(name)))).toEqual([
        expect.stringContaining(`${name} is no name of a project's`),
      ]);
    }
  });

  it("refuses a project that lacks one of its names", () => {
    expect(told(haveAllNames([names, primary, origin]))).toEqual([
      expect.stringContaining("create the direct record"),
    ]);
  });

  it("judges the rest of a record of which something is not known", () => {
    expect(told(proxyPrimaryNames(record("origin.red-direct.example", unknown, true)))).toEqual([
      "not judged: dnsrecord.type",
      expect.stringContaining("is proxied"),
    ]);
    expect(told(proxyPrimaryNames(record(unknown, "A", true)))).toEqual([
      "not judged: dnsrecord.name",
    ]);
  });
});

describe("no secret stands in plain inputs", () => {
  const some = (inputs: Values, secrets: string[] = []) =>
    resource("command:remote:Command", inputs, { secrets });
  const pem =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----";

  it.each([
    ["a private key", { userData: `#cloud-config\n${pem}` }],
    ["a private key in base64", { userDataBase64: Buffer.from(pem).toString("base64") }],
    ["a DigitalOcean token", { create: `TOKEN=dop_v1_${"0a".repeat(32)} run` }],
    ["a GitHub token deep inside", { environment: [{ value: `ghp_${"a1B2".repeat(9)}` }] }],
    ["a password in an address", { url: "postgres://app:hunter22@10.0.0.1/app" }],
    ["an input that is a secret by name", { connection: { password: "x" } }],
  ])("refuses %s, and does not repeat it", (_, inputs) => {
    const [message, ...more] = told(keepSecretsSecret(some(inputs as Values)));
    expect(more).toEqual([]);
    expect(message).toContain("in plain form");
    for (const secret of ["b3BlbnNzaA", "0a0a", "a1B2", "hunter22"]) {
      expect(message).not.toContain(secret);
    }
  });

  it("passes the same values as secrets, and what only looks similar", () => {
    expect(told(keepSecretsSecret(some({ userData: pem }, ["userData"])))).toEqual([]);
    expect(told(keepSecretsSecret(some({ a: { b: [pem] } }, ["a"])))).toEqual([]);
    expect(told(keepSecretsSecret(some({ userDataNote: pem }, ["userData"])))).toHaveLength(1);
    const plain = {
      httpTokens: "required",
      publicKey: "-----BEGIN PUBLIC KEY-----",
      url: "https://example.com/a:b@c",
    };
    expect(told(keepSecretsSecret(some(plain)))).toEqual([]);
  });

  it("names the inputs that are not known, once for the stack, and no secret ones", () => {
    expect(told(listUnknown([some({ stdin: unknown })]))).toEqual([
      "not judged: stack.stdin of command",
    ]);
    expect(told(listUnknown([some({ stdin: unknown }, ["stdin"]), some({ a: 1 })]))).toEqual([]);
  });
});
