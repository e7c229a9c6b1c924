import * as fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";

import { Ground, kmc } from "./ground";
import type { Sentry } from "../../packages/local-cloud/services/sentry/sentry";

let ground: Ground;
let sentry: Sentry;
const run = (...argv: string[]) => ground.run(...argv);
const declare: Ground["declare"] = (projects, says) => ground.declare(projects, says);

beforeEach(async () => {
  ground = new Ground();
  await ground.start();
  sentry = ground.sentry;
});
afterEach(() => ground.stop());

describe("berth sentry (R52)", () => {
  it("gives each production project what watches it, and changes nothing the second time", async () => {
    expect(await run("--check"), ground.out).toBe(2);
    expect(sentry.changes).toEqual([]);
    expect(await run(), ground.out).toBe(0);
    expect(sentry.projects.map(({ slug, teams }) => [slug, teams])).toEqual([
      ["kmc-prod", ["berth"]],
      ["berth-fleet", ["berth"]],
    ]);
    expect(ground.marked(sentry.detectors)).toEqual([
      "[countable/berth] site https://kmc.countable.ca/healthz",
    ]);
    expect(sentry.monitors.map(({ slug }) => slug)).toEqual([
      "kmc-backup",
      "kmc-drill",
      "berth-nightly",
    ]);
    expect(sentry.workflows.map(({ body }) => [body["name"], body["detector_ids"]])).toEqual([
      ["[countable/berth] kmc-prod to Slack", [Number(sentry.streamOf("kmc-prod"))]],
      ["[countable/berth] berth-fleet to Slack", [Number(sentry.streamOf("berth-fleet"))]],
    ]);
    const done = sentry.changes.length;
    expect(await run(), ground.out).toBe(0);
    expect(ground.out).toContain("Sentry is as declared");
    expect(await run("--check")).toBe(0);
    expect(sentry.changes).toHaveLength(done);
  });

  it("has the DSN encrypted into the stack's file, on standard input, and shows it nowhere", async () => {
    expect(await run(), ground.out).toBe(0);
    const dsn = sentry.dsn(sentry.projects[0]!);
    expect(ground.engineSaw("stdin")).toBe(dsn);
    expect(ground.engineSaw("argv")).toContain("--secret --path berth:secrets.kmc.SENTRY_DSN");
    expect(`${ground.out}${ground.engineSaw("argv")}`).not.toContain(sentry.projects[0]!.key);
    const { config } = parse(fs.readFileSync(ground.stackFile, "utf8")) as {
      config: Record<string, unknown>;
    };
    expect(config["berth:secrets"]).toEqual({ kmc: { SENTRY_DSN: { secure: "AAAA" } } });
  });

  it("takes over what the team has, with its events, its key and an alert of a person's, and adds no second alert", async () => {
    const before = sentry.addProject("kmc-prod", "berth", 812);
    sentry.addAlert("Tell us", "kmc-prod", "alerts");
    sentry.addAlert("Mail the client", "kmc-prod", "client");
    expect(await run(), ground.out).toBe(0);
    expect(ground.out).toContain('"Tell us" was made by hand and tells #alerts already');
    expect(sentry.projects.filter(({ slug }) => slug.startsWith("kmc"))).toEqual([before]);
    expect(before.events).toBe(812);
    const names = sentry.workflows.map(({ body }) => body["name"]);
    expect(names).toEqual(["Tell us", "Mail the client", "[countable/berth] berth-fleet to Slack"]);
  });

  it("takes over no project of another team, and says the line that does", async () => {
    sentry.addProject("kmc-prod", "clients", 9);
    expect(await run(), ground.out).toBe(1);
    expect(ground.out).toContain(
      "kmc-prod exists and belongs to team clients, so it is not taken over",
    );
    expect(ground.out).toContain("write sentry: { project: kmc-prod } at kmc in Pulumi.prod.yaml");
    expect(sentry.monitors.map(({ slug }) => slug)).toEqual(["berth-nightly"]);
    declare({ kmc: { ...kmc, sentry: { project: "kmc-prod" } } });
    expect(await run(), ground.out).toBe(0);
    expect(sentry.projects.map(({ slug }) => slug)).toEqual(["kmc-prod", "berth-fleet"]);
  });

  it("renames the project of one that was renamed: its events, key and watches stay (R52)", async () => {
    expect(await run(), ground.out).toBe(0);
    const before = sentry.projects[0]!;
    before.events = 77;
    const watches = sentry.detectors.map(({ id }) => id).sort();
    sentry.monitors.find(({ slug }) => slug === "kmc-drill")!.checkIns.push("ok");
    declare({ harbour: { ...kmc, formerly: "kmc" } });
    expect(await run(), ground.out).toBe(0);
    expect(sentry.projects).toHaveLength(2);
    expect(sentry.projects[0]).toMatchObject({ id: before.id, slug: "harbour-prod", events: 77 });
    expect(sentry.detectors.map(({ id }) => id).sort()).toEqual(watches);
    expect(sentry.monitors.map(({ slug }) => slug).sort()).toEqual([
      "berth-nightly",
      "harbour-backup",
      "harbour-drill",
    ]);
    const drill = sentry.monitors.find(({ slug }) => slug === "harbour-drill");
    expect(drill?.checkIns).toEqual(["ok"]);
    expect(await run("--check"), ground.out).toBe(0);
  });

  it("makes no second project beside one that people renamed there, and says both ways out", async () => {
    const { sentry } = ground;
    expect(await ground.run(), ground.out).toBe(0);
    const project = sentry.projects.find(({ slug }) => slug === "kmc-prod")!;
    Object.assign(project, { slug: "kmc-shop" });
    const before = sentry.projects.length;
    expect(await ground.run()).toBe(1);
    expect(ground.out).toContain(
      "what watches kmc-prod is of the project kmc-shop: it was renamed there by hand",
    );
    expect(ground.out).toContain("write sentry: { project: kmc-shop } at kmc");
    expect(sentry.projects).toHaveLength(before);
    ground.declare({ kmc: { ...kmc, sentry: { project: "kmc-shop" } } });
    expect(await ground.run(), ground.out).toBe(0);
    expect([sentry.projects.length, sentry.monitors.length]).toEqual([before, 3]);
  });

  it("removes what watched a project that ended, and leaves the project and what people made", async () => {
    sentry.addProject("kmc-prod", "berth", 5);
    sentry.addAlert("Mail the client", "kmc-prod", "client");
    sentry.monitors.push({ slug: "hers", body: { ...monitor, project: "1" }, checkIns: [] });
    expect(await run(), ground.out).toBe(0);
    declare({ shop: { ...kmc, domain: "shop.example.org" }, kmc: { ...kmc, servedBy: "none" } });
    expect(await run(), ground.out).toBe(0);
    expect(ground.out).toContain("its project stays with its events");
    expect(ground.marked(sentry.detectors)).toEqual([
      "[countable/berth] site https://shop.example.org/healthz",
    ]);
    expect(sentry.monitors.map(({ slug }) => slug).sort()).toEqual([
      ...["berth-nightly", "hers", "shop-backup", "shop-drill"],
    ]);
    expect(sentry.workflows.map(({ body }) => body["name"]).sort()).toEqual([
      ...[
        "Mail the client",
        "[countable/berth] berth-fleet to Slack",
        "[countable/berth] shop-prod to Slack",
      ],
    ]);
    expect(sentry.projects.find(({ slug }) => slug === "kmc-prod")?.events).toBe(5);
  });

  it("removes nothing while a stack file cannot be read", async () => {
    expect(await run(), ground.out).toBe(0);
    const done = sentry.changes.length;
    ground.write("Pulumi.prod-b.yaml", {
      config: { "berth:environment": "prod", "berth:projects": { nobody: {} } },
    });
    expect(await run(), ground.out).toBe(1);
    expect(ground.out).toContain("could not be read");
    expect(sentry.changes).toHaveLength(done);
  });

  it("puts back what was changed by hand", async () => {
    expect(await run(), ground.out).toBe(0);
    sentry.workflows[0]!.body = { ...sentry.workflows[0]!.body, enabled: false };
    sentry.monitors[0]!.body = { ...sentry.monitors[0]!.body, is_muted: true };
    const uptime = sentry.detectors.find(({ type }) => type === "uptime_domain_failure")!;
    uptime.body = { ...uptime.body, enabled: false };
    expect(await run("--check"), ground.out).toBe(2);
    expect(await run(), ground.out).toBe(0);
    expect(sentry.workflows[0]!.body["enabled"]).toBe(true);
    expect(sentry.monitors[0]!.body["is_muted"]).toBe(false);
    expect(uptime.body["enabled"]).toBe(true);
  });

  it("says the one click of a person's, and makes everything but the alerts", async () => {
    sentry.workspaces = [];
    expect(await run(), ground.out).toBe(1);
    expect(ground.out).toContain("Slack is not connected");
    expect(ground.out).toContain(`${ground.address}/settings/acme/integrations/slack/`);
    expect(sentry.workflows).toEqual([]);
    expect(sentry.monitors).toHaveLength(3);
    sentry.workspaces = [{ id: "24817", domainName: "acme.slack.com", status: "active" }];
    expect(await run(), ground.out).toBe(0);
    expect(sentry.workflows).toHaveLength(2);
  });

  it("asks which workspace where several are connected", async () => {
    sentry.workspaces.push({ id: "9", domainName: "other.slack.com", status: "active" });
    expect(await run(), ground.out).toBe(1);
    expect(ground.out).toContain(
      "several workspaces are connected (acme.slack.com, other.slack.com)",
    );
    declare({ kmc }, { workspace: "acme.slack.com" });
    expect(await run(), ground.out).toBe(0);
  });

  it("leaves a cron monitor of a person's under a name that it needs", async () => {
    sentry.addProject("kmc-prod", "berth");
    const project = sentry.projects[0]!.id;
    sentry.monitors.push({ slug: "kmc-backup", body: { ...monitor, project }, checkIns: [] });
    expect(await run(), ground.out).toBe(1);
    expect(ground.out).toContain("kmc-backup of kmc-prod was made by hand and is not replaced");
    expect(sentry.monitors[0]!.body["name"]).toBe("hers");
  });

  it("removes at once what Sentry made under another name than was asked for", async () => {
    sentry.inventSlug = (slug) => `${slug}-x7`;
    expect(await run(), ground.out).toBe(1);
    expect(ground.out).toContain("Sentry made kmc-prod-x7 where kmc-prod was asked for");
    expect(sentry.projects.map(({ slug }) => slug).filter((slug) => slug.includes("kmc"))).toEqual(
      [],
    );
  });

  it.each([
    ["a token without scope", () => (sentry.scopes = ["org:read"]), "403"],
    ["a token of somebody else", () => (sentry.scopes = []), "lacks a scope"],
    ["an answer of something else", () => (sentry.answers = [{ status: 200 }]), "is it a Sentry?"],
    ["no Sentry", () => sentry.stop(), "was not reached: ECONNREFUSED"],
  ])("fails with %s, with the fix and without the token", async (_, break_, says) => {
    void break_();
    expect(await run()).toBe(1);
    expect(ground.out).toContain(says);
    expect(ground.out).not.toContain(sentry.token);
    expect(sentry.changes).toEqual([]);
  });

  it.each([
    ["", "is not set"],
    ["'quoted with spaces'", "is no token"],
  ])("refuses the token %j before anything is asked", async (token, says) => {
    expect(await ground.runAs({ SENTRY_AUTH_TOKEN: token })).toBe(1);
    expect(ground.out).toContain(`SENTRY_AUTH_TOKEN ${says}`);
  });

  it("waits as Sentry asks, and asks again", async () => {
    expect(await run(), ground.out).toBe(0);
    sentry.answers = [{ status: 429 }];
    expect(await run("--check"), ground.out).toBe(0);
  });

  it("watches no site that lets in some alone, and says so", async () => {
    declare({ kmc: { ...kmc, visitors: { networks: ["192.0.2.0/24"] } } });
    expect(await run(), ground.out).toBe(0);
    expect(ground.out).toContain("its site lets in some alone");
    expect(ground.marked(sentry.detectors)).toEqual([]);
  });

  it("is refused where the agency declares none", async () => {
    ground.declareNone();
    expect(await run()).toBe(1);
    expect(ground.out).toContain("agency.sentry in Pulumi.yaml is not declared");
  });
});

const monitor = {
  ...{ name: "hers", status: "active", is_muted: false },
  config: { schedule_type: "crontab", schedule: "0 0 * * *" },
};
