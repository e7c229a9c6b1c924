import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { asVisitor } from "../../packages/local-cloud/edge/as-visitor";
import { placeOf } from "../../packages/local-cloud/forge";
import { tryRun } from "../../packages/local-cloud/hosts/process";
import { Ground } from "../../packages/local-cloud/test/hosts/boot-ground";
import { obtainJobBuilder } from "../../rehearsal/job-builder";
import { agency, project } from "../engine/agency";
import { BootedFleet } from "../hosts/booted-fleet";

/** Minutes: `npm run soak -- born`. What of it needs no booted machine is tried at each run by up.engine.test.ts. */
const isSoak = process.env["BERTH_SOAK"] === "1";

const repository = "git@git.example:acme/shop.git";
const entities: Readonly<Record<string, string>> = {
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" },
};

describe.runIf(isSoak)("a new project of production", () => {
  const ground = new Ground();
  const key = ground.key("shop-prod");
  const socket = path.join(ground.directory, "agent");
  let fleet: BootedFleet;
  let agent: ChildProcess;
  let before: readonly string[];

  beforeAll(async () => {
    const jenkins = {
      ...{ repository: "git@git.example:acme/berth.git", address: "https://ci.acme.dev" },
      // It stands in for Jenkins' own, which cannot be had here: it starts, and connects to nobody.
      agents: { address: "https://ci.acme.dev", image: "postgres:17" },
    };
    const sentry = { organization: "acme", team: "berth", channel: "#alerts" };
    const shop = project("shop.example", {
      ...{ repository, jenkins: {}, jobs: { "shop-prod": key.public } },
      ...{ secrets: ["DB_PASSWORD"], files: ["/uploads"], health: { path: "/healthz" } },
    });
    fleet = await BootedFleet.start("prod", {
      shared: { ...agency, agency: { ...agency.agency, jenkins, sentry } },
      stacks: {
        prod: {
          ...{ projects: { shop }, zones: ["shop.example"] },
          nodes: { shop: { jenkins: "agent" } },
        },
      },
    });
    const { cloud } = fleet;
    before = await cloud.inventory();
    cloud.env["PATH"] = `${await obtainJobBuilder()}:${cloud.env["PATH"]}`;
    const secret = "berth:secrets.shop.DB_PASSWORD";
    const set = ["config", "set", "--stack", "prod", "--secret", "--path", secret, "tulip-77"];
    await cloud.succeed(...set);
    await cloud.control("PUT", "/objects/jenkins%2Foutcome/shop-prod", { result: "RUNNING" });
    agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    while (!fs.existsSync(socket)) await sleep(50);
    await tryRun(["ssh-add", "-q", key.file], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  }, 1_800_000);
  afterAll(async () => {
    agent.kill();
    await fleet.stop();
    await ground.clear();
  });

  /** Changes the stack's file, and keeps its secrets. */
  function declare(change: (config: Record<string, Record<string, object>>) => void): void {
    const file = path.join(fleet.cloud.project, "Pulumi.prod.yaml");
    const read = parse(fs.readFileSync(file, "utf8")) as {
      config: Record<string, Record<string, object>>;
    };
    change(read.config);
    fs.writeFileSync(file, stringify(read));
  }
  async function updated(): Promise<void> {
    const { code, stdout, stderr } = await fleet.up();
    expect(code, stdout + stderr).toBe(0);
  }

  const messages = async () =>
    (await fleet.cloud.objects("slack/message")).map(({ data }) => String(data["text"]));

  /** In Jenkins' place: runs the job's own steps once a build waits, and says how that ended. */
  async function asJenkins(): Promise<void> {
    const { cloud } = fleet;
    for (;;) {
      const builds = await cloud.objects("jenkins/build");
      const waits = builds.find(({ data }) => data["result"] === "RUNNING");
      if (waits === undefined) {
        await sleep(500);
        continue;
      }
      const jobs = await cloud.objects("jenkins/job");
      const xml = String(jobs.find(({ id }) => id === waits.data["job"])?.data["xml"]);
      const [, written = ""] = /<command>([^<]*)<\/command>/.exec(xml) ?? [];
      const script = written.replaceAll(
        /&(\w+);/g,
        (whole, name: string) => entities[name] ?? whole,
      );
      const place = path.join(cloud.paths.repositories, placeOf(repository));
      const head = (await tryRun(["git", "-C", place, "rev-parse", "master"])).stdout.trim();
      const tests = { TRIGGERED_BUILD_RESULT_shop_test: "SUCCESS", GIT_COMMIT: head };
      const env = { ...process.env, ...tests, SSH_AUTH_SOCK: socket };
      const done = await tryRun(["timeout", "900", "bash", "-s"], { input: script, env });
      const result = done.code === 0 ? "SUCCESS" : "FAILURE";
      const log = `${done.stdout}${done.stderr}`;
      await cloud.tamper("jenkins/build", waits.id, { result, log });
      return;
    }
  }

  it("is born by one update: machine, agent, jobs, site, Slack, Sentry and its first archive", async () => {
    const { cloud } = fleet;
    const [born] = await Promise.all([fleet.up(), asJenkins()]);
    const told = born.stdout + born.stderr;
    expect(born.code, told).toBe(0);
    expect(told).toContain("shop-prod: ran, and passed");
    expect(told).toMatch(/shop: its archive backups\/shop\/\S+\.tar\.lrz is there \(\d+ bytes\)/);
    expect(await messages()).toEqual(["Berth tells of stack prod here: this webhook works."]);
    const [organization] = await cloud.objects("sentry/organization");
    const { projects } = organization!.data as { projects: readonly { slug: string }[] };
    expect(projects.map(({ slug }) => slug).sort()).toEqual(["berth-fleet", "shop-prod"]);

    const { address } = (await fleet.nodes())["shop"]!;
    const [agentThere] = await cloud.objects("jenkins/agent");
    const name = await fleet.inside(address, "docker inspect -f '{{json .Args}}' berth-agent");
    expect(name).toContain(String(agentThere?.id));
    const visit = { program: "curl", words: ["-sSf", "https://shop.example/"], env: process.env };
    const { program, words, env } = asVisitor(cloud.card.edge!, visit);
    const page = await tryRun([program, ...words], { env });
    expect(page.stdout, page.stderr).toContain("writes were accepted");
    expect(await fleet.inside(address, "berth-site status shop")).toContain(
      '"by": "job shop-prod"',
    );
  }, 3_600_000);

  it("is changed in nothing by the next update", async () => {
    expect(await fleet.cloud.plan("prod")).toEqual([]);
  }, 600_000);

  it("leaves when it ends nothing but its archives, what Sentry recorded and messages", async () => {
    const { cloud } = fleet;
    declare((config) => Object.assign(config["berth:projects"]!["shop"]!, { servedBy: "none" }));
    await updated();
    const jobs = await cloud.objects("jenkins/job");
    const off = jobs.filter(({ data }) => String(data["xml"]).includes("<disabled>true<"));
    expect(off.map(({ id }) => id).sort()).toEqual(["shop-prod", "shop-test"]);
    cloud.env["BERTH_NOW"] = new Date(Date.now() + 8 * 24 * 3_600_000).toISOString();
    const [server] = await cloud.objects("scaleway/server");
    await cloud.tamper("scaleway/server", server!.id, { state: "stopped" });
    const { volumeId } = server!.data["rootVolume"] as { volumeId: string };
    const ordered = `/resources/${encodeURIComponent("scaleway:block/snapshot:Snapshot")}/by-hand`;
    const { id: snapshot } = (await cloud.control("POST", ordered, { volumeId })) as { id: string };
    const retired = { since: "2020-01-01", snapshot, remove: true };
    declare((config) => Object.assign(config["berth:nodes"]!["shop"]!, { retired }));
    await updated();
    await updated();
    expect(await cloud.objects("scaleway/server")).toEqual([]);
    declare((config) => {
      config["berth:projects"] = config["berth:nodes"] = config["berth:secrets"] = {};
    });
    await updated();
    const left = (await cloud.inventory()).filter((each) => !before.includes(each));
    expect([...new Set(left.map((each) => each.split(" ")[0]))].sort()).toEqual([
      // The archives, with all that guards them and the groups of people who get at them.
      ...["aws/bucket", "aws/bucket-lifecycle-configuration"],
      ...["aws/bucket-object-lock-configuration", "aws/bucket-policy"],
      ...["aws/bucket-public-access-block", "aws/bucket-server-side-encryption-configuration"],
      ...["aws/bucket-versioning", "aws/group", "aws/group-policy"],
      // How the edge reaches the zone that is declared still.
      ...["cloudflare/ruleset", "cloudflare/zone_setting"],
      // The fleet's own jobs, what the test told Jenkins, the snapshot that the test took, and messages.
      ...["jenkins/job", "jenkins/outcome", "scaleway/block-snapshot", "slack/message"],
    ]);
    const own = left.filter((each) => each.startsWith("jenkins/job "));
    expect(own).toEqual(["jenkins/job berth-nightly", "jenkins/job berth-notify"]);
    const [after] = await cloud.objects("sentry/organization");
    const { projects, monitors } = after!.data as Record<string, readonly { slug: string }[]>;
    expect([projects!.map(({ slug }) => slug).sort(), monitors]).toEqual([
      ["berth-fleet", "shop-prod"],
      [],
    ]);
  }, 3_600_000);
});
