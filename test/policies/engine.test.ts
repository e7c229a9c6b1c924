import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { repository } from "../../rehearsal/paths";
import { type Ended } from "../../engine/program";
import { ScratchCloud } from "../../rehearsal/scratch";
import { policies } from "../../policies/index";
import { adoptedBucket } from "./fixtures/adopted-bucket";

interface PolicyEvent {
  readonly resourceUrn?: string;
  readonly message: string;
  readonly policyName: string;
  readonly enforcementLevel: "mandatory" | "advisory";
}

/** What policies said in a run with `--json`. */
function policyEvents({ stdout }: Ended): PolicyEvent[] {
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .flatMap((line) => {
      const { policyEvent } = JSON.parse(line) as { policyEvent?: PolicyEvent };
      return policyEvent ? [policyEvent] : [];
    });
}

const nameOf = ({ resourceUrn }: PolicyEvent) => resourceUrn?.split("::").at(-1) ?? "";
/** Resources on which each policy must speak up, by what follows the policy's name in theirs. */
const broken: Readonly<Record<string, readonly string[]>> = {
  "follow-placement-rules": [""],
  "create-servers-where-placed": ["-server"],
  "keep-live-machines": ["-server"],
  "name-nodes-by-slug": [""],
  "proxy-primary-names": ["-primary", "-origin"],
  "back-up-production-projects": [""],
  "keep-backups-in-residency": ["-write"],
  "keep-backup-credentials-write-only": ["-write"],
  "keep-archive-groups-narrow": ["-policy"],
  "keep-buckets-private": ["-private"],
  "verify-origins": ["-ssl", "-rules"],
  "version-buckets": [""],
  "encrypt-buckets": [""],
  "protect-backup-buckets": [""],
  "pin-aws-account": ["-aws"],
  "keep-database-ports-closed": ["-firewall", "-group"],
  "keep-other-ports-closed": ["-firewall", "-group"],
  "keep-web-behind-edge": ["-firewall", "-group"],
  "guard-every-server": ["-server"],
  "protect-production-servers": ["-server"],
  "keep-secrets-secret": ["-direct"],
  "serve-the-declared-environment": [""],
  "use-known-resources": ["-command", "-pair"],
  "use-known-inputs": ["-provider", "-session"],
  "never-replace-archives": ["-write"],
  "lock-production-buckets": [""],
  "keep-archives-as-declared": ["-lifecycle"],
  "keep-names-in-declared-zones": ["-primary"],
  "leave-adopted-buckets-alone": ["-lifecycle"],
};
const pack = ["--policy-pack", "policies/pack"] as const;

describe("the policy pack on the real engine", () => {
  let cloud: ScratchCloud;
  beforeAll(async () => {
    cloud = await ScratchCloud.start();
    cloud.env["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"] = "true";
  });
  afterAll(() => cloud.stop());

  const preview = (stack: string) => cloud.pulumi("preview", "--json", "--stack", stack, ...pack);
  const violations = (outcome: Ended) =>
    policyEvents(outcome).filter(({ enforcementLevel }) => enforcementLevel === "mandatory");

  it.each(["prod", "prod-b"])("finds nothing against the example agency's %s", async (stack) => {
    const outcome = await preview(stack);
    expect(violations(outcome)).toEqual([]);
    expect(outcome.code, outcome.stderr).toBe(0);
  });

  describe("with the fixtures for a program", () => {
    beforeAll(() => {
      const program = path.join(cloud.project, "index.ts");
      fs.rmSync(program);
      fs.symlinkSync(path.join(__dirname, "fixtures", "program.ts"), program);
      cloud.stack("prod", { backups: { adopt: [{ name: adoptedBucket, region: "us-east-1" }] } });
    });

    it("has a fixture for every policy, and no other", () => {
      const files = fs
        .readdirSync(path.join(__dirname, "fixtures"))
        .map((file) => file.replace(/\.ts$/, ""))
        .filter((name) => !["adopted-bucket", "index", "kit", "program"].includes(name));
      expect(files).toEqual(policies.map(({ name }) => name).sort());
    });

    it("lets the lawful fixture of every policy pass", async () => {
      cloud.env["BERTH_FIXTURES"] = "passing";
      const outcome = await preview("prod");
      expect(violations(outcome)).toEqual([]);
      expect(outcome.code, outcome.stderr).toBe(0);
    });

    it("stops an update before the broken resource is made", async () => {
      cloud.env["BERTH_FIXTURES"] = "keep-database-ports-closed";
      const args = ["--yes", "--skip-preview", "--stack", "prod", ...pack];
      const update = await cloud.pulumi("up", ...args);
      expect(update.code).not.toBe(0);
      expect(update.stdout).toMatch(/\[mandatory\] +keep-database-ports-closed/);
      expect(await cloud.objects("digitalocean/firewall")).toEqual([]);
      expect(await cloud.objects("aws/security-group")).toEqual([]);
    });
  });

  describe("with every law broken once", () => {
    let outcome: Ended;
    let events: PolicyEvent[];
    beforeAll(async () => {
      cloud.env["BERTH_FIXTURES"] = "failing";
      outcome = await preview("prod");
      events = policyEvents(outcome);
    });

    it("fails the preview", () => {
      expect(outcome.code).not.toBe(0);
    });

    it.each(policies.map(({ name }) => name))("%s names what breaks it", (policy) => {
      const found = events.filter(
        (event) =>
          event.policyName === policy &&
          event.enforcementLevel === "mandatory" &&
          nameOf(event).startsWith(policy),
      );
      const names = [...new Set(found.map(nameOf))].sort();
      expect(names).toEqual((broken[policy] ?? []).map((role) => `${policy}${role}`).sort());
      for (const { message } of found) expect(message).toMatch(/Fix: .+\. \[R\d+/);
    });

    it("judges the part of a firewall that it knows, and says what it could not judge", () => {
      const found = events.filter(
        (event) =>
          event.policyName === "keep-other-ports-closed" && nameOf(event).startsWith("half-known"),
      );
      expect(found.map(({ enforcementLevel, message }) => [enforcementLevel, message])).toEqual([
        ["mandatory", expect.stringContaining("inboundRules[0] opens port 9000")],
        ["advisory", expect.stringContaining("Not judged yet: half-known-firewall")],
      ]);
      expect(found[1]!.message).toContain("inboundRules[1]");
    });

    it("says which plain inputs it could not search for secrets", () => {
      const [event, ...more] = events.filter(
        ({ policyName, enforcementLevel }) =>
          policyName === "keep-secrets-secret" && enforcementLevel === "advisory",
      );
      expect(more).toEqual([]);
      expect(event!.message).toContain("dropletIds[0] of ");
    });

    it("prints no secret that it found", () => {
      const said = events.map(({ message }) => message).join("\n");
      expect(said).toContain("a GitHub token");
      expect(said).not.toContain("a1B2");
    });
  });
});

describe("the directory form of the policy pack", () => {
  it("starts as the official language host starts it, and says its port", async () => {
    const runner = path.join(repository, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, [runner, "", "policies"], { cwd: repository });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    child.kill();
    expect(line.toString()).toMatch(/^\d+\n$/);
  });
});
