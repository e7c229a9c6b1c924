import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { readDrillKey } from "../../../operations/backups/evidence";
import { tryRun } from "../../../packages/local-cloud/hosts/process";
import { ScratchCloud } from "../../../rehearsal/scratch";
import { obtainAwsCli } from "../../backups/aws-cli";
import { agency, project } from "../../engine/agency";
import { Slack } from "../../../packages/local-cloud/services/slack";
import { stepsOf } from "../guide";

const bucket = "acme-prod-backups-us-east-1";
const below = `s3://${bucket}/backups/berth-state/`;

/** Three stacks that read each other, production's copies of their state, and a person with keys of age. */
describe("a copy of Berth's own state", () => {
  let cloud: ScratchCloud;
  let directory: string;
  let bin: string;
  let env: NodeJS.ProcessEnv;
  let memory: string;
  const slack = new Slack();

  const berth = (...command: readonly string[]) =>
    tryRun(
      [
        ...[process.execPath, "--import", "tsx"],
        ...[path.join(__dirname, "as-person.ts"), cloud.project, ...command],
      ],
      { env },
    );
  const shell = (script: string, cwd = directory) =>
    tryRun(["bash", "-e", "-c", `cd "$1" && ${script}`, "bash", cwd], { env });
  /** Names of what lies below the prefix. */
  const stored = async (): Promise<string[]> => {
    const { stdout } = await shell(`aws s3 ls --recursive ${below}`);
    return [...stdout.matchAll(/backups\/berth-state\/(\S+)/g)].map(([, key]) => key!).sort();
  };
  const projects = { shop: project("shop.example"), club: project("club.example") };

  beforeAll(async () => {
    cloud = await ScratchCloud.start({
      shared: agency,
      stacks: {
        prod: { projects },
        stage: { projects: { shop: project("shop.acme.dev") } },
        "prod-b": { environment: "prod", projects: { shop: {} } },
      },
    });
    directory = fs.mkdtempSync(path.join(path.dirname(cloud.project), "person-"));
    bin = path.join(directory, "bin");
    fs.mkdirSync(bin);
    const { generateIdentity, identityToRecipient } = await import("age-encryption");
    const identities = [await generateIdentity(), await generateIdentity()];
    fs.writeFileSync(path.join(directory, "offline.key"), `${identities[1]}\n`);
    const keyFile = path.join(directory, "drill.pem");
    const pair = generateKeyPairSync("ed25519");
    fs.writeFileSync(keyFile, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
    const recipients = await Promise.all(identities.map(identityToRecipient));
    cloud.write({
      shared: { ...agency, agency: { ...agency.agency, backups: { state: { recipients } } } },
      stacks: { prod: { projects, backups: { drillKeys: [readDrillKey(keyFile).public] } } },
    });
    for (const stack of ["prod", "prod-b", "stage"]) await cloud.up(stack);
    memory = path.join(directory, "memory.json");
    const aws = path.dirname(await obtainAwsCli());
    env = {
      ...cloud.env,
      PATH: [bin, aws, cloud.env["PATH"]].join(path.delimiter),
      AWS_DEFAULT_REGION: "us-east-1",
      BERTH_AGE_IDENTITY: path.join(directory, "offline.key"),
      BERTH_DRILL_KEY: keyFile,
      SLACK_WEBHOOK_URL: await slack.start(),
    };
  });
  afterAll(async () => {
    void slack.stop();
    await cloud.stop();
  });

  it("is not there before it is made, which the report says, to Slack once", async () => {
    const reported = await berth("drill", "--report", "--memory", memory);
    await berth("drill", "--report", "--memory", memory);
    expect(slack.got.map(({ text }) => text)).toEqual([
      expect.stringContaining("• berth-state: has no archive\n• berth-state: was never drilled"),
    ]);
    expect(reported.stdout).toContain("! berth-state: has no archive");
    expect(reported.stdout).toContain("! berth-state: was never drilled");
    // Nobody delivers the projects here, so that no node backs them up.
    expect(reported.stdout).toContain(
      "! shop: counts as not backed up: no node makes its archives",
    );
    const drilled = await berth("drill", "--state");
    expect(drilled.code).toBe(1);
    expect(drilled.stdout).toContain("failed: 0 stacks");
  });

  it("holds every stack, encrypted, and its manifest last", async () => {
    const taken = await berth("backup", "--state");
    expect(taken, taken.stdout + taken.stderr).toMatchObject({ code: 0 });
    const names = (await stored()).filter((name) => !name.startsWith("evidence/"));
    const date = names[0]!.split(".")[0];
    expect(names).toEqual(
      ["manifest.json", "prod-b.json.age", "prod.json.age", "stage.json.age"].map(
        (end) => `${date}.${end}`,
      ),
    );
    const { stdout } = await shell(`aws s3 cp ${below}${date}.prod.json.age -`);
    expect(stdout).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
  });

  it("is proven by a drill: an empty backend, and previews without changes", async () => {
    const drilled = await berth("drill", "--state");
    expect(drilled.stdout, drilled.stderr).toMatch(
      /^berth-state: proven: 3 stacks, \d+ resources in /,
    );
    expect(drilled.code).toBe(0);
    const reported = await berth("drill", "--report", "--memory", memory);
    expect(slack.got.slice(1).map(({ text }) => text)).toEqual([
      ":white_check_mark: Backups of prod\n• berth-state: right again",
    ]);
    expect(reported.stdout).toMatch(/^berth-state +\d+ min +\d+ min +proven +\d+ /m);
    expect(reported.stdout).not.toContain("! berth-state");
  });

  it("brings Berth back by the guide alone, on an empty directory", async () => {
    // The tool that people have; its work is done by the library that encrypts.
    fs.writeFileSync(
      path.join(bin, "age"),
      `#!/bin/sh\nexec "${process.execPath}" --import tsx ${path.join(__dirname, "age.ts")} "$@"\n`,
      { mode: 0o755 },
    );
    // What a clone of the repository and `npm ci` give.
    const clone = path.join(directory, "clone");
    execFileSync("cp", ["-r", cloud.project, clone]);
    fs.rmSync(path.join(clone, ".berth"), { recursive: true, force: true });
    await shell(
      "git init -q && git add Pulumi*.yaml && git -c user.name=a -c user.email=a@b.c commit -qm x",
      clone,
    );
    const [name = ""] = (await stored()).filter((each) => each.endsWith(".manifest.json"));
    const blocks = stepsOf("berth-is-lost").flatMap((step) =>
      step.kind === "untested" && step.why.includes("state.engine.test.ts") ? step.lines : [],
    );
    expect(blocks.length).toBeGreaterThan(5);
    const script = blocks
      .join("\n")
      .replaceAll("<bucket>", bucket)
      .replaceAll("<date>", name.split(".")[0]!)
      .replaceAll("<key file>", path.join(directory, "offline.key"));
    const before = await cloud.inventory();
    const done = await tryRun(["bash", "-e", "-c", `cd "$1"\n${script}`, "bash", clone], {
      env: { ...env, PULUMI_CONFIG_PASSPHRASE: "" },
    });
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    expect(await cloud.inventory()).toEqual(before);
  });

  it("is no proof where a stack came that it lacks, or what is declared is another", async () => {
    cloud.stack("stage-b", { environment: "stage", projects: { shop: {} } });
    const lacking = await berth("drill", "--state");
    fs.rmSync(path.join(cloud.project, "Pulumi.stage-b.yaml"));
    expect(lacking.stdout).toContain(".manifest.json: lacks stage-b");
    expect(lacking.code).toBe(1);
    cloud.stack("stage", { projects: { club: project("club.acme.dev") } });
    const changed = await berth("drill", "--state");
    cloud.stack("stage", { projects: { shop: project("shop.acme.dev") } });
    expect(changed.stdout).toContain("stage: its preview is not without changes");
    expect(changed.code).toBe(1);
  });

  it("is no proof where one byte of it is another, or nobody has the key", async () => {
    const taken = await berth("backup", "--state");
    const date = /berth-state\/(\S+)\.manifest\.json/.exec(taken.stdout)![1]!;
    const other = await tryRun(
      [
        process.execPath,
        "--import",
        "tsx",
        path.join(__dirname, "as-person.ts"),
        cloud.project,
      ].concat(["drill", "--state"]),
      { env: { ...env, BERTH_AGE_IDENTITY: path.join(directory, "none.key") } },
    );
    expect(other.stdout).toContain("berth-state: could not run");
    await shell(
      `aws s3 cp ${below}${date}.prod.json.age x && sed -i '5s/^./-/' x && aws s3 cp x ${below}${date}.prod.json.age`,
    );
    const drilled = await berth("drill", "--state");
    expect(drilled.stdout).toContain("prod.json.age: its bytes are not those that were written");
    expect(drilled.code).toBe(1);
    const reported = await berth("drill", "--report");
    expect(reported.stdout).toContain("! berth-state: failed: ");
  });

  it("goes once a younger one was proven and it is older than it is kept, and not before", async () => {
    const copies = async () =>
      (await stored())
        .filter((name) => !name.startsWith("evidence/"))
        .map((name) => name.slice(0, 18));
    const before = new Set(await copies());
    expect(before.size).toBeGreaterThan(1);
    // 35 days are kept; nothing was taken since, so that there is no proof.
    const later = (minutes: number) => {
      env["BERTH_NOW"] = new Date(Date.now() + (36 * 1440 + minutes) * 60_000).toISOString();
    };
    later(0);
    expect(await berth("drill", "--state")).toMatchObject({ code: 1 });
    expect(new Set(await copies())).toEqual(before);
    later(1);
    const taken = await berth("backup", "--state");
    const date = /berth-state\/(\S+)\.manifest\.json/.exec(taken.stdout)![1]!;
    later(2);
    const drilled = await berth("drill", "--state");
    expect(drilled, drilled.stdout + drilled.stderr).toMatchObject({ code: 0 });
    expect(drilled.stdout).toContain("  pruned: backups/berth-state/");
    expect(new Set(await copies())).toEqual(new Set([date]));
  });
});
