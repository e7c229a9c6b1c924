import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { fleetOf, project } from "./agency";
import { ScratchCloud } from "../../rehearsal/scratch";

const shop = project("shop.example", { residency: "canada", www: true });
const order = "shop-shop-origin-order";
const served = "shop-shop-origin-served";

describe("the certificate that a machine serves to the edge", () => {
  let cloud: ScratchCloud;
  /** The certificates that hold at Cloudflare, newest last. */
  const held = async () =>
    (await cloud.objects("cloudflare/origin_ca_certificate")).map(({ data }) =>
      String(data["certificate"]),
    );
  const namesOf = (pem: string) =>
    (new X509Certificate(pem).subjectAltName ?? "").split(", ").toSorted();
  const steps = async () =>
    (await cloud.plan("prod")).map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);
  /** The stack as it is once deployed: each test stands by itself too. */
  const deployed = async () => {
    if ((await held()).length === 0) await cloud.up("prod");
  };
  const failOnce = (type: string, name: string, operation: string) =>
    cloud.control("POST", "/faults", {
      ...{ type, name, operation, kind: "error", message: "the disk is full" },
    });

  beforeAll(async () => {
    cloud = await ScratchCloud.start(fleetOf("prod", { shop }));
  });
  afterAll(() => cloud.stop());

  it("is ordered for all its names, and names lead there once it was seen served", async () => {
    await failOnce("command:remote:Command", served, "create");
    const first = await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    expect(first.code).not.toBe(0);
    expect(await cloud.objects("cloudflare/dns_record")).toEqual([]);

    await cloud.up("prod");
    const [certificate, ...others] = await held();
    expect(others).toEqual([]);
    expect(namesOf(certificate!)).toEqual(["DNS:shop.example", "DNS:www.shop.example"]);
    const { certificates } = (await cloud.outputs("prod"))["nodes"]!["shop"]!;
    expect(Object.keys(certificates as object)).toEqual(["shop"]);
    expect(await steps()).toEqual([]);
  });

  it("keeps its key out of everything that is readable", async () => {
    await deployed();
    const { stdout: text } = await cloud.succeed("stack", "export", "--stack", "prod");
    expect(text).toContain("BEGIN CERTIFICATE");
    expect(text).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY/);
  });

  it("is ordered anew for another name, and the present one is revoked last", async () => {
    await deployed();
    const before = await held();
    const further = { serve: ["store.club.example"] };
    cloud.stack("prod", { projects: { shop: { ...shop, further } } });
    await failOnce("command:remote:Command", served, "update");
    const broken = await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    expect(broken.code).not.toBe(0);
    // Nobody saw the new one served: the machine may still serve the present one.
    expect(await held()).toEqual(expect.arrayContaining(before));

    await failOnce("command:remote:Command", served, "update");
    await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    expect(await held()).toEqual(expect.arrayContaining(before));

    await cloud.up("prod");
    const after = await held();
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
    expect(namesOf(after[0]!)).toContain("DNS:store.club.example");
    expect(await steps()).toEqual([]);
  });

  it("is renewed by whichever update comes first in its last half year, and says so", async () => {
    await deployed();
    const [present] = await held();
    const ends = new Date(new X509Certificate(present!).validTo).getTime();
    const daysBefore = (days: number) => new Date(ends - days * 86_400_000).toISOString();
    cloud.env["BERTH_NOW"] = daysBefore(181);
    expect(await steps()).toEqual([]);
    cloud.env["BERTH_NOW"] = daysBefore(179);
    const said = await cloud.succeed("preview", "--stack", "prod");
    expect(said.stdout).toMatch(/The certificate of shop on shop ends on \d{4}-\d\d-\d\d/);
    expect(await steps()).toEqual(expect.arrayContaining([`replace ${order}`, `update ${served}`]));
    await cloud.control("PUT", "/clock", { now: daysBefore(179) });
    await cloud.up("prod");
    const after = await held();
    expect(after).toHaveLength(1);
    expect(after).not.toEqual([present]);
    expect(await steps()).toEqual([]);
  });
});
