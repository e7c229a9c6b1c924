import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { berth, contextOf } from "../../operations/berth";
import { ScratchCloud } from "../../rehearsal/scratch";
import { agency, project } from "../engine/agency";
import { Sentry } from "../../packages/local-cloud/services/sentry/sentry";

describe("where a project's errors go, by the real engine (R52)", () => {
  const sentry = new Sentry();
  let cloud: ScratchCloud;
  let address: string;
  let told = "";

  beforeAll(async () => {
    sentry.teams = ["berth"];
    address = await sentry.start();
    const own = { address, organization: "acme", team: "berth", channel: "#alerts" };
    const shop = project("shop.example", { repository: "git@github.com:acme/shop.git" });
    cloud = await ScratchCloud.start({
      shared: { ...agency, agency: { ...agency.agency, sentry: own } },
      stacks: { prod: { projects: { shop } } },
    });
  });
  afterAll(async () => {
    void sentry.stop();
    await cloud.stop();
  });

  const run = () => {
    told = "";
    const hear = (text: string) => void (told += `${text}\n`);
    const env = { ...cloud.env, SENTRY_URL: address, SENTRY_AUTH_TOKEN: sentry.token };
    const context = contextOf(cloud.project, env);
    return berth(Object.defineProperties(context, { out: { value: hear }, say: { value: hear } }), [
      "sentry",
    ]);
  };
  const stackFile = () => fs.readFileSync(path.join(cloud.project, "Pulumi.prod.yaml"), "utf8");

  it("is encrypted into the stack's file, once, and reaches the site with the next update", async () => {
    expect(await run(), told).toBe(0);
    const dsn = sentry.dsn(sentry.projects.find(({ slug }) => slug === "shop-prod")!);
    expect(`${told}${stackFile()}`).not.toContain(dsn);
    const written = stackFile();
    expect(written).toMatch(/SENTRY_DSN:\s+secure: /);
    const changes = sentry.changes.length;
    expect(await run(), told).toBe(0);
    expect([stackFile(), sentry.changes.length]).toEqual([written, changes]);
    Object.assign(cloud.env, { SENTRY_URL: address, SENTRY_AUTH_TOKEN: sentry.token });
    await cloud.up("prod");
    // What the command made is found by the update, which makes nothing twice.
    expect(sentry.changes).toHaveLength(changes);
    const { resources } = await cloud.state("prod", "--show-secrets");
    const brought = resources.find(({ urn }) => urn.endsWith("::shop-shop-secrets"));
    const { plaintext } = brought?.inputs?.["stdin"] as { plaintext: string };
    expect(JSON.parse(JSON.parse(plaintext) as string)).toEqual({ SENTRY_DSN: dsn });
    expect(await cloud.plan("prod")).toEqual([]);
  });
});
