import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { obtainJobBuilder } from "../../rehearsal/job-builder";
import { joinedIn, toldJoined } from "../../rehearsal/joined";
import { ScratchCloud } from "../../rehearsal/scratch";
import { agency, project } from "../engine/agency";
import { publicKey } from "../stack-file/fixture";

const shop = (environment: "stage" | "prod") =>
  project(environment === "prod" ? "shop.example" : "stage.shop.example", {
    repository: "git@github.com:acme/shop.git",
    jobs: { [`shop-${environment}`]: publicKey(environment === "prod" ? 61 : 62) },
    jenkins: {},
    ...(environment === "prod" ? {} : { backup: undefined }),
  });
const stacks = () => ({
  stage: { projects: { shop: shop("stage") } },
  prod: { projects: { shop: shop("prod"), club: project("club.example") } },
});

let cloud: ScratchCloud;
const jenkins = { repository: "git@github.com:acme/berth.git", address: "https://ci.acme.dev" };
const sentry = { organization: "acme", team: "berth", channel: "#alerts" };
const shared = (more: object) => ({ ...agency, agency: { ...agency.agency, jenkins, ...more } });
/** All that Sentry has of the agency. */
const atSentry = async () => {
  const [organization] = await cloud.objects("sentry/organization");
  return organization!.data as Record<string, readonly { slug?: string }[]>;
};
const slugs = async (what: string) => (await atSentry())[what]!.map(({ slug }) => slug).sort();
const tamper = (changes: object) => cloud.tamper("sentry/organization", "acme", { ...changes });
const steps = async (stack: string) =>
  (await cloud.plan(stack)).map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`).sort();
const jobs = async () => (await cloud.objects("jenkins/job")).map(({ id }) => id).sort();
const configuration = async (name: string) =>
  String((await cloud.objects("jenkins/job")).find(({ id }) => id === name)?.data["xml"]);
const builds = async () =>
  (await cloud.objects("jenkins/build")).map(({ data }) => `${String(data["job"])}`);
const messages = async () =>
  (await cloud.objects("slack/message")).map(({ data }) => String(data["text"]));
const tell = (kind: string, id: string, data: object) =>
  cloud.control("PUT", `/objects/${encodeURIComponent(kind)}/${id}`, data);
const forget = (kind: string, id: string) =>
  cloud.control("DELETE", `/objects/${encodeURIComponent(kind)}/${id}`);
const up = (stack: string, env: NodeJS.ProcessEnv = {}) => {
  const before = { ...cloud.env };
  Object.assign(cloud.env, env);
  return cloud.pulumi("up", "--yes", "--skip-preview", "--stack", stack).finally(() => {
    Object.assign(cloud.env, before);
  });
};

beforeAll(async () => {
  cloud = await ScratchCloud.start({ shared: shared({ sentry }), stacks: stacks() });
  cloud.env["PATH"] = `${await obtainJobBuilder()}:${cloud.env["PATH"]}`;
});
afterAll(() => cloud.stop());

describe("a project that declares jobs, on the local cloud", () => {
  it("has its machine and names where Jenkins is down, which the update names and a preview still shows", async () => {
    const failed = await up("stage", { JENKINS_URL: "http://127.0.0.1:9" });
    expect(failed.code).not.toBe(0);
    expect(failed.stdout + failed.stderr).toContain("http://127.0.0.1:9 was not reached");
    const { nodes } = await cloud.outputs("stage");
    expect(nodes?.["shop"]?.["address"]).toEqual(expect.any(String));
    expect((await cloud.objects("cloudflare/dns_record")).length).toBeGreaterThan(0);
    expect(await steps("stage")).toEqual([
      ...["create shop-first-run", "create shop-jobs"],
      ...["create stage-fleet-jobs", "create stage-slack"],
    ]);
    expect([await jobs(), await messages()]).toEqual([[], []]);
  });

  it("is not done while its job fails, and the update says what that said (R22)", async () => {
    await tell("jenkins/outcome", "shop-stage", { result: "FAILURE", log: "no such service" });
    const failed = await up("stage");
    expect(failed.code).not.toBe(0);
    expect(failed.stdout + failed.stderr).toMatch(
      /first run ended with FAILURE[^]*no such service/,
    );
    expect(await steps("stage")).toEqual(["create shop-first-run"]);
    await forget("jenkins/outcome", "shop-stage");
  });

  it("has its jobs, whose run passed, and a message in Slack, and the next update changes nothing", async () => {
    await cloud.up("stage");
    expect(await jobs()).toEqual(["berth-nightly", "berth-notify", "shop-stage", "shop-test"]);
    expect(await configuration("shop-stage")).toContain("<disabled>false</disabled>");
    const { nodes } = await cloud.outputs("stage");
    expect(await configuration("shop-stage")).toContain(String(nodes?.["shop"]?.["address"]));
    expect(await builds()).toEqual(["shop-stage", "shop-stage"]);
    expect(await messages()).toEqual(["Berth tells of stack stage here: this webhook works."]);
    expect(await steps("stage")).toEqual([]);
  });

  it("has jobs that follow what the stack files say, and its webhook proven again only where there is another", async () => {
    const file = path.join(cloud.project, "Pulumi.stage.yaml");
    const before = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, before.replace("jenkins: {}", "branch: next\n      jenkins: {}"));
    const webhook = cloud.env["SLACK_WEBHOOK_URL"];
    delete cloud.env["SLACK_WEBHOOK_URL"];
    const shown = await steps("stage");
    expect(shown).toContain("update shop-jobs");
    expect(shown).not.toContain("update stage-slack");
    cloud.env["SLACK_WEBHOOK_URL"] = `${webhook}/another`;
    expect(await steps("stage")).toContain("update stage-slack");
    cloud.env["SLACK_WEBHOOK_URL"] = webhook;
    fs.writeFileSync(file, before);
  });

  it("has its machine in production where its name at Sentry is another team's, which the update says", async () => {
    const byHand = { id: "7", slug: "shop-prod", teams: ["web"], key: "f".repeat(32), events: 41 };
    const body = { name: "issue_stream", enabled: true };
    const stream = { id: "8", projectId: "7", type: "issue_stream", body };
    await tamper({ projects: [byHand], detectors: [stream] });
    const failed = await up("prod");
    expect(failed.code).not.toBe(0);
    expect(failed.stdout + failed.stderr).toContain(
      "prod/shop: the project shop-prod exists and belongs to team web, so it is not taken over",
    );
    const { nodes } = await cloud.outputs("prod");
    expect(nodes?.["shop"]?.["address"]).toEqual(expect.any(String));
    const { projects = [] } = await atSentry();
    expect(projects).toContainEqual(byHand);
    const ours = { ...byHand, teams: ["berth"] };
    await tamper({ projects: projects.map((each) => (each.slug === "shop-prod" ? ours : each)) });
  });

  it("comes to production by its tests, beside a project without jobs, with no token in the state", async () => {
    const { stdout: told, stderr } = await cloud.up("prod");
    expect(told + stderr).toContain("SENTRY_DSN is not in Pulumi.prod.yaml");
    expect(await slugs("projects")).toEqual(["berth-fleet", "club-prod", "shop-prod"]);
    expect(await slugs("monitors")).toEqual([
      ...["berth-nightly", "club-backup", "club-drill", "shop-backup", "shop-drill"],
    ]);
    expect(await jobs()).toEqual([
      ...["berth-nightly", "berth-notify", "shop-prod", "shop-stage", "shop-test"],
    ]);
    expect((await builds()).slice(2)).toEqual(["shop-test", "shop-prod"]);
    expect(await steps("prod")).toEqual([]);
    const { stdout } = await cloud.succeed("stack", "export", "--show-secrets", "--stack", "prod");
    const { slack, jenkins: account } = cloud.card.services;
    expect(stdout).toContain("shop-first-run");
    expect(stdout).not.toContain(account.token);
    expect(stdout).not.toContain(slack.webhook);
    expect(stdout).toContain("prod-sentry");
    expect(toldJoined(await joinedIn(`http://127.0.0.1:${cloud.card.control}`))).toEqual([
      "  Jenkins berth-nightly, berth-notify, shop-prod, shop-stage, shop-test",
      "  Sentry  berth-fleet, club-prod, shop-prod",
      expect.stringContaining('  Slack   "Berth tells of stack prod here'),
    ]);
    expect(stdout).not.toContain(cloud.card.services.sentry.token);
  });

  it("has its job not run again by an update that leads it away, or back", async () => {
    const file = path.join(cloud.project, "Pulumi.prod.yaml");
    const before = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, before.replace("jenkins: {}", "servedBy: none\n      jenkins: {}"));
    expect(await steps("prod")).toContain("update shop-jobs");
    expect((await steps("prod")).join()).not.toContain("shop-first-run");
    await cloud.up("prod");
    const ran = await builds();
    fs.writeFileSync(file, before);
    expect((await steps("prod")).join()).not.toContain("shop-first-run");
    await cloud.up("prod");
    expect(await builds()).toEqual(ran);
    expect(await steps("prod")).toEqual([]);
  });

  it("is watched no more once the agency declares no Sentry, whose projects stay with their events", async () => {
    cloud.write({ shared: shared({}), stacks: stacks() });
    expect(await steps("prod")).toEqual(["delete prod-sentry"]);
    await cloud.up("prod");
    const { projects, monitors, workflows } = await atSentry();
    expect([monitors, workflows]).toEqual([[], []]);
    expect(projects).toContainEqual(expect.objectContaining({ slug: "shop-prod", events: 41 }));
  });

  it("leaves no job of its own behind when stage is destroyed, and production's stay", async () => {
    await cloud.succeed("destroy", "--yes", "--skip-preview", "--stack", "stage");
    expect(await jobs()).toEqual(["berth-nightly", "berth-notify", "shop-prod", "shop-test"]);
  });
});
