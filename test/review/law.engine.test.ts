import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { repository } from "../../rehearsal/paths";
import { ScratchCloud } from "../../rehearsal/scratch";
import { exitCodeOf, reviewOf, type StackReview } from "../../operations/review/model";
import { readCleaned } from "../../operations/review/read-cleaned";
import { renderMarkdown } from "../../operations/review/render/markdown";
import { fleetOf } from "../engine/agency";

const policy = "keep-other-ports-closed";
/** Within the year that a waiver may last. */
const until = new Date(Date.now() + 300 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
const waiver = { policy, reason: "a client's VPN", owner: "ana", until };
/** A group that accepts everything opens database ports as well, and the web past the edge. */
const databases = { ...waiver, policy: "keep-database-ports-closed", resource: `${policy}-group` };
const web = { ...databases, policy: "keep-web-behind-edge" };
const both = ["firewall", "group"].map((role) => ({ ...waiver, resource: `${policy}-${role}` }));

describe("the law in a review, on the real engine", () => {
  let cloud: ScratchCloud;
  beforeAll(async () => {
    cloud = await ScratchCloud.start(fleetOf("prod", {}));
    cloud.env["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"] = "true";
    cloud.env["BERTH_FIXTURES"] = policy;
    const program = path.join(cloud.project, "index.ts");
    fs.rmSync(program);
    fs.symlinkSync(path.join(repository, "test", "policies", "fixtures", "program.ts"), program);
  });
  afterAll(() => cloud.stop());

  async function review(pack = "policies/pack"): Promise<StackReview> {
    const { stdout } = await cloud.pulumi(
      "preview",
      "--json",
      "--stack",
      "prod",
      "--policy-pack",
      pack,
    );
    return reviewOf(readCleaned(stdout, "prod"), { approved: [], today: "2026-11-21" });
  }
  const update = () =>
    cloud.pulumi(
      "up",
      "--yes",
      "--skip-preview",
      "--stack",
      "prod",
      "--policy-pack",
      "policies/pack",
    );

  it("stops at a violation, in the pack's own words", async () => {
    const found = await review();
    expect(found).toMatchObject({
      verdict: "stop",
      failed: false,
      blockers: ["it breaks 3 policies"],
    });
    expect(new Set(found.policies.violations.map(({ resource }) => resource))).toEqual(
      new Set(both.map(({ resource }) => resource)),
    );
    expect(exitCodeOf([found])).toBe(1);
    expect(renderMarkdown([found], { made: "", notes: [] })).toContain("opens port");
    expect((await update()).code).not.toBe(0);
  });

  it("lets a waiver of one thing excuse that thing alone, and none past its date", async () => {
    cloud.stack("prod", {
      projects: {},
      waivers: [both[0], databases, web, { ...both[1], until: "2020-01-01" }],
    });
    const found = await review();
    expect(found.policies.violations.map(({ resource }) => resource)).toEqual([`${policy}-group`]);
    expect(found.policies.waived.map(({ resource }) => resource)).toEqual([
      `${policy}-group`,
      `${policy}-firewall`,
      `${policy}-group`,
    ]);
    expect(found.blockers).toContain("1 waiver is past the date");
  });

  it("shows waivers that hold, and the update passes with them", async () => {
    cloud.stack("prod", { projects: {}, waivers: [...both, databases, web] });
    const found = await review();
    expect(found).toMatchObject({ verdict: "look", blockers: [] });
    expect(found.waivers.map(({ uses }) => uses)).toEqual([1, 1, 1, 1]);
    expect(renderMarkdown([found], { made: "", notes: [] })).toContain(
      "a client's VPN; it waives 1 finding",
    );
    const { code, stdout } = await update();
    expect(code, stdout).toBe(0);
    expect(stdout).toContain(`Waived until ${until} by ana (a client's VPN)`);
  });

  it("knows the waivers of an exported state, and judges it when there are none", async () => {
    const file = path.join(path.dirname(cloud.project), "export.json");
    await cloud.succeed("stack", "export", "--stack", "prod", "--file", file);
    const analyze = (...args: string[]) =>
      cloud.pulumi("policy", "analyze", "--policy-pack", "policies/pack", ...args);
    for (const how of [
      ["--file", file],
      ["--stack", "prod"],
    ]) {
      const { code, stdout } = await analyze(...how);
      expect(code, stdout).toBe(0);
      expect(stdout.match(new RegExp(`Waived until ${until} by ana`, "g"))).toHaveLength(4);
    }
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replaceAll(until, "2020-01-01"));
    const expired = await analyze("--file", file);
    expect(expired.code).not.toBe(0);
    expect(expired.stdout).toMatch(/\[mandatory\] +keep-other-ports-closed/);
    expect(expired.stdout).not.toContain("Waived");
  });

  it.each([
    ["throws", `check() { throw new Error("broken law"); }`],
    ["does not start", undefined],
  ])("is never green when the pack %s", async (_, check) => {
    const pack = path.join(path.dirname(cloud.project), "pack");
    const serve = path.join(repository, "policies", "serve", "analyzer.ts");
    const script =
      check === undefined
        ? "process.exit(1);"
        : `process.chdir(${JSON.stringify(path.join(repository, "policies"))});
require(${JSON.stringify(path.join(repository, "node_modules", "tsx", "dist", "cjs", "index.cjs"))});
const policies = [{ name: "one", rules: [1], description: "one", ${check} }];
require(${JSON.stringify(serve)}).servePack({ name: "x", version: "0.1.0", description: "x", policies })
  .then((port) => process.stdout.write(port + "\\n"));`;
    fs.writeFileSync(pack, `#!/usr/bin/env node\n${script}\n`, { mode: 0o755 });
    const found = await review(pack).catch((error: Error) => error);
    if (found instanceof Error) expect(found.message).toMatch(/Fix: /);
    else expect(found).toMatchObject({ verdict: "stop", failed: true });
  });
});
