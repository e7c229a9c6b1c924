import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";

import { berth } from "../../operations/berth";
import type { Context } from "../../operations/ground/context";
import { prod, shared, today } from "../stack-file/fixture";
import { Sentry } from "./sentry";

type Config = Record<string, Record<string, unknown>>;

let sentry: Sentry;
let clone: string;
let address: string;
let out: string;

const named = (values: object) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`berth:${key}`, value]));
const stackFile = () => path.join(clone, "Pulumi.prod.yaml");

/** Stands for the engine where a secret is set: keeps what came on standard input, and how it was called. */
const engine = `#!/usr/bin/env python3
import pathlib, re, sys
here = pathlib.Path(__file__).parent
words = [each for each in sys.argv[1:] if not each.startswith("--")]
(here / "argv").open("a").write(" ".join(sys.argv[1:]) + "\\n")
(here / "stdin").open("a").write(sys.stdin.read() + "\\n")
_, stack, slug, name = "", "prod", *re.search(r"berth:secrets\\.(.*)\\.(.*?)( |$)", " ".join(sys.argv)).groups()[:2]
file = here.parent / "Pulumi.prod.yaml"
text = file.read_text()
if "berth:secrets:" not in text: text += "  berth:secrets:\\n"
file.write_text(text + f"    {slug}:\\n      {name}:\\n        secure: AAAA\\n")
`;

/** Writes stack files with these projects of production, and an agency that has a Sentry. */
function declare(projects: Config, sentrySays: object = {}): void {
  const { agency, team } = shared() as Config;
  const declared = {
    ...agency,
    sentry: { address, organization: "acme", team: "berth", channel: "#alerts", ...sentrySays },
  };
  const config = named({ agency: { value: declared }, team: { value: team } });
  const file = { name: "berth", runtime: "nodejs", config };
  fs.writeFileSync(path.join(clone, "Pulumi.yaml"), stringify(file));
  fs.writeFileSync(stackFile(), stringify({ config: named({ projects, nodes: {} }) }));
}

const run = (...argv: string[]) => runAs({}, ...argv);
async function runAs(env: NodeJS.ProcessEnv, ...argv: string[]): Promise<number> {
  out = "";
  const say = (text: string) => void (out += `${text}\n`);
  const context = {
    ...{ directory: clone, now: today, out: say, say, keys: (fleet: unknown) => fleet },
    env: {
      PATH: `${path.join(clone, "bin")}:${process.env["PATH"]}`,
      SENTRY_AUTH_TOKEN: sentry.token,
      ...env,
    },
  } as unknown as Context;
  return berth(context, ["sentry", ...argv]);
}

const kmc = {
  domain: "kmc.countable.ca",
  repository: "git@github.com:countable-web/kmc.git",
  health: { path: "/healthz" },
  access: ["clark"],
  backup: {},
};
const namesOf = (things: readonly { readonly body: Readonly<Record<string, unknown>> }[]) =>
  things.map(({ body }) => body["name"]).filter((name) => String(name).startsWith("["));

beforeEach(async () => {
  sentry = new Sentry();
  address = await sentry.start();
  clone = fs.mkdtempSync(path.join(os.tmpdir(), "berth-sentry-"));
  fs.mkdirSync(path.join(clone, "bin"));
  fs.writeFileSync(path.join(clone, "bin", "pulumi"), engine, { mode: 0o755 });
  declare({ kmc });
});
afterEach(() => {
  sentry.stop();
  fs.rmSync(clone, { recursive: true });
});

describe("berth sentry (R52)", () => {
  it("gives each production project what watches it, and changes nothing the second time", async () => {
    expect(await run("--check"), out).toBe(2);
    expect(sentry.changes).toEqual([]);
    expect(await run(), out).toBe(0);
    expect(sentry.projects.map(({ slug, teams }) => [slug, teams])).toEqual([
      ["kmc-prod", ["berth"]],
      ["berth-fleet", ["berth"]],
    ]);
    expect(namesOf(sentry.detectors)).toEqual(["[berth] site https://kmc.countable.ca/healthz"]);
    expect(sentry.monitors.map(({ slug }) => slug)).toEqual([
      "kmc-backup",
      "kmc-drill",
      "berth-nightly",
    ]);
    expect(sentry.workflows.map(({ body }) => [body["name"], body["detector_ids"]])).toEqual([
      ["[berth] kmc-prod to Slack", [Number(sentry.streamOf("kmc-prod"))]],
      ["[berth] berth-fleet to Slack", [Number(sentry.streamOf("berth-fleet"))]],
    ]);
    const done = sentry.changes.length;
    expect(await run(), out).toBe(0);
    expect(out).toContain("Sentry is as declared");
    expect(await run("--check")).toBe(0);
    expect(sentry.changes).toHaveLength(done);
  });

  it("has the DSN encrypted into the stack's file, on standard input, and shows it nowhere", async () => {
    expect(await run(), out).toBe(0);
    const dsn = sentry.dsn(sentry.projects[0]!);
    const engineSaw = (what: string) => fs.readFileSync(path.join(clone, "bin", what), "utf8");
    expect(engineSaw("stdin").trim()).toBe(dsn);
    expect(engineSaw("argv")).toContain("--secret --path berth:secrets.kmc.SENTRY_DSN");
    expect(`${out}${engineSaw("argv")}`).not.toContain(sentry.projects[0]!.key);
    const { config } = parse(fs.readFileSync(stackFile(), "utf8")) as { config: Config };
    expect(config["berth:secrets"]).toEqual({ kmc: { SENTRY_DSN: { secure: "AAAA" } } });
  });

  it("takes over what the team has, with its events, its key and an alert of a person's, and adds no second alert", async () => {
    const before = sentry.addProject("kmc-prod", "berth", 812);
    sentry.addAlert("Tell us", "kmc-prod", "alerts");
    sentry.addAlert("Mail the client", "kmc-prod", "client");
    expect(await run(), out).toBe(0);
    expect(out).toContain('"Tell us" was made by hand and tells #alerts already');
    expect(sentry.projects.filter(({ slug }) => slug.startsWith("kmc"))).toEqual([before]);
    expect(before.events).toBe(812);
    const names = sentry.workflows.map(({ body }) => body["name"]);
    expect(names).toEqual(["Tell us", "Mail the client", "[berth] berth-fleet to Slack"]);
  });

  it("takes over no project of another team, and says the line that does", async () => {
    sentry.addProject("kmc-prod", "clients", 9);
    expect(await run(), out).toBe(1);
    expect(out).toContain("kmc-prod exists and belongs to team clients, so it is not taken over");
    expect(out).toContain("write sentry: { project: kmc-prod } at kmc in Pulumi.prod.yaml");
    expect(sentry.monitors.map(({ slug }) => slug)).toEqual(["berth-nightly"]);
    declare({ kmc: { ...kmc, sentry: { project: "kmc-prod" } } });
    expect(await run(), out).toBe(0);
    expect(sentry.projects.map(({ slug }) => slug)).toEqual(["kmc-prod", "berth-fleet"]);
  });

  it("renames the project of one that was renamed: its events, key and watches stay (R52)", async () => {
    expect(await run(), out).toBe(0);
    const before = sentry.projects[0]!;
    before.events = 77;
    const watches = sentry.detectors.map(({ id }) => id).sort();
    sentry.monitors.find(({ slug }) => slug === "kmc-drill")!.checkIns.push("ok");
    declare({ harbour: { ...kmc, formerly: "kmc" } });
    expect(await run(), out).toBe(0);
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
    expect(await run("--check"), out).toBe(0);
  });

  it("removes what watched a project that ended, and leaves the project and what people made", async () => {
    sentry.addProject("kmc-prod", "berth", 5);
    sentry.addAlert("Mail the client", "kmc-prod", "client");
    sentry.monitors.push({ slug: "hers", body: { ...monitor, project: "1" }, checkIns: [] });
    expect(await run(), out).toBe(0);
    declare({ shop: { ...kmc, domain: "shop.example.org" }, kmc: { ...kmc, servedBy: "none" } });
    expect(await run(), out).toBe(0);
    expect(out).toContain("its project stays with its events");
    expect(namesOf(sentry.detectors)).toEqual(["[berth] site https://shop.example.org/healthz"]);
    expect(sentry.monitors.map(({ slug }) => slug).sort()).toEqual([
      ...["berth-nightly", "hers", "shop-backup", "shop-drill"],
    ]);
    expect(sentry.workflows.map(({ body }) => body["name"]).sort()).toEqual([
      ...["Mail the client", "[berth] berth-fleet to Slack", "[berth] shop-prod to Slack"],
    ]);
    expect(sentry.projects.find(({ slug }) => slug === "kmc-prod")?.events).toBe(5);
  });

  it("removes nothing while a stack file cannot be read", async () => {
    expect(await run(), out).toBe(0);
    const done = sentry.changes.length;
    fs.writeFileSync(
      path.join(clone, "Pulumi.prod-b.yaml"),
      stringify({ config: { "berth:environment": "prod", "berth:projects": { nobody: {} } } }),
    );
    expect(await run(), out).toBe(1);
    expect(out).toContain("could not be read");
    expect(sentry.changes).toHaveLength(done);
  });

  it("puts back what was changed by hand", async () => {
    expect(await run(), out).toBe(0);
    sentry.workflows[0]!.body = { ...sentry.workflows[0]!.body, enabled: false };
    sentry.monitors[0]!.body = { ...sentry.monitors[0]!.body, is_muted: true };
    const uptime = sentry.detectors.find(({ type }) => type === "uptime_domain_failure")!;
    uptime.body = { ...uptime.body, enabled: false };
    expect(await run("--check"), out).toBe(2);
    expect(await run(), out).toBe(0);
    expect(sentry.workflows[0]!.body["enabled"]).toBe(true);
    expect(sentry.monitors[0]!.body["is_muted"]).toBe(false);
    expect(uptime.body["enabled"]).toBe(true);
  });

  it("says the one click of a person's, and makes everything but the alerts", async () => {
    sentry.workspaces = [];
    expect(await run(), out).toBe(1);
    expect(out).toContain("Slack is not connected");
    expect(out).toContain(`${address}/settings/acme/integrations/slack/`);
    expect(sentry.workflows).toEqual([]);
    expect(sentry.monitors).toHaveLength(3);
    sentry.workspaces = [{ id: "24817", domainName: "acme.slack.com", status: "active" }];
    expect(await run(), out).toBe(0);
    expect(sentry.workflows).toHaveLength(2);
  });

  it("asks which workspace where several are connected", async () => {
    sentry.workspaces.push({ id: "9", domainName: "other.slack.com", status: "active" });
    expect(await run(), out).toBe(1);
    expect(out).toContain("several workspaces are connected (acme.slack.com, other.slack.com)");
    declare({ kmc }, { workspace: "acme.slack.com" });
    expect(await run(), out).toBe(0);
  });

  it("leaves a cron monitor of a person's under a name that it needs", async () => {
    sentry.addProject("kmc-prod", "berth");
    const project = sentry.projects[0]!.id;
    sentry.monitors.push({ slug: "kmc-backup", body: { ...monitor, project }, checkIns: [] });
    expect(await run(), out).toBe(1);
    expect(out).toContain("kmc-backup of kmc-prod was made by hand and is not replaced");
    expect(sentry.monitors[0]!.body["name"]).toBe("hers");
  });

  it("removes at once what Sentry made under another name than was asked for", async () => {
    sentry.inventSlug = (slug) => `${slug}-x7`;
    expect(await run(), out).toBe(1);
    expect(out).toContain("Sentry made kmc-prod-x7 where kmc-prod was asked for");
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
    break_();
    expect(await run()).toBe(1);
    expect(out).toContain(says);
    expect(out).not.toContain(sentry.token);
    expect(sentry.changes).toEqual([]);
  });

  it.each([
    ["", "is not set"],
    ["'quoted with spaces'", "is no token"],
  ])("refuses the token %j before anything is asked", async (token, says) => {
    expect(await runAs({ SENTRY_AUTH_TOKEN: token })).toBe(1);
    expect(out).toContain(`SENTRY_AUTH_TOKEN ${says}`);
  });

  it("waits as Sentry asks, and asks again", async () => {
    expect(await run(), out).toBe(0);
    sentry.answers = [{ status: 429 }];
    expect(await run("--check"), out).toBe(0);
  });

  it("watches no site that lets in some alone, and says so", async () => {
    declare({ kmc: { ...kmc, visitors: { networks: ["192.0.2.0/24"] } } });
    expect(await run(), out).toBe(0);
    expect(out).toContain("its site lets in some alone");
    expect(namesOf(sentry.detectors)).toEqual([]);
  });

  it("is refused where the agency declares none", async () => {
    const { agency, team } = prod().config as Config;
    const config = named({ agency: { value: agency }, team: { value: team } });
    const file = { name: "berth", runtime: "nodejs", config };
    fs.writeFileSync(path.join(clone, "Pulumi.yaml"), stringify(file));
    expect(await run()).toBe(1);
    expect(out).toContain("agency.sentry in Pulumi.yaml is not declared");
  });
});

const monitor = {
  ...{ name: "hers", status: "active", is_muted: false },
  config: { schedule_type: "crontab", schedule: "0 0 * * *" },
};
