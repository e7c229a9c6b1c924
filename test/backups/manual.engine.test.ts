import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { drillPolicy, readPolicy } from "../../components/backups/read-policy";
import type { AccessKey } from "../../packages/local-cloud/s3/sign";
import { Archives } from "../machine/archives";
import { python } from "../machine/backup-parts";
import { obtainAwsCli } from "./aws-cli";

const archives = new Archives();
const directory = mkdtempSync(join(tmpdir(), "berth-manual-"));
const archive = "2026-11-29T031500Z.tar.lrz";
const at = (name: string) => `archives/backups/kmc/${name}`;
const place = { bucket: "archives", prefix: "backups/", whole: false };
let aws: string;

/** A person's shell in an empty directory, with a key in the environment. */
function shell(key: AccessKey, script: string): Promise<{ code: number | null; said: string }> {
  const child = spawn("bash", ["-e", "-c", `exec 2>&1; ${script}`], {
    cwd: directory,
    env: {
      PATH: [dirname(aws), process.env["PATH"]].join(delimiter),
      HOME: directory,
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      AWS_ENDPOINT_URL: archives.endpoint,
      AWS_CA_BUNDLE: archives.authorityFile,
    },
  });
  let said = "";
  child.stdout.on("data", (data: Buffer) => (said += data.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, said })));
}

beforeAll(async () => {
  aws = await obtainAwsCli();
  await archives.open();
  await archives.bucket("archives", { lockDays: 30 });
  mkdirSync(join(directory, "made", "databases", "db"), { recursive: true });
  writeFileSync(join(directory, "made", "databases", "db", "kmc.sql"), "SELECT 1;\n");
  const made = await shell(archives.administrator, "tar -C made -cf made.tar databases");
  expect(made).toEqual({ code: 0, said: "" });
  const packed = python("pack.py", ["65536"], readFileSync(join(directory, "made.tar"))).out;
  writeFileSync(join(directory, "made.tar.lrz"), packed);
  const put = `aws s3api put-object --if-none-match '*' --bucket archives --key`;
  const writer = await archives.writeOnlyKey("archives", "backups/kmc/");
  expect(await shell(writer, `${put} backups/kmc/${archive} --body made.tar.lrz`)).toMatchObject({
    code: 0,
  });
});
afterAll(async () => {
  await archives.close();
  rmSync(directory, { recursive: true, force: true });
});

describe("the manual's commands, typed", () => {
  let reader: AccessKey;

  it("are given to a person by a manager: a user, a key, a group whose policy is code", async () => {
    writeFileSync(join(directory, "read.json"), readPolicy([place]));
    const { code, said } = await shell(
      archives.administrator,
      `aws iam create-group --group-name readers >/dev/null
       aws iam put-group-policy --group-name readers --policy-name read --policy-document file://read.json
       aws iam create-user --user-name ana >/dev/null
       aws iam add-user-to-group --group-name readers --user-name ana
       aws iam create-access-key --user-name ana --query AccessKey --output json`,
    );
    expect(code, said).toBe(0);
    const made = JSON.parse(said) as { AccessKeyId: string; SecretAccessKey: string };
    reader = { accessKeyId: made.AccessKeyId, secretAccessKey: made.SecretAccessKey };
  });

  it("list archives, bring one down, and unpack it", async () => {
    expect((await shell(reader, "aws s3 ls archives/backups/")).said).toContain("PRE kmc/");
    expect((await shell(reader, "aws s3 ls archives/backups/kmc/")).said).toContain(archive);
    const { code, said } = await shell(
      reader,
      `aws s3 cp s3://archives/backups/kmc/${archive} .
       lrzip -q -d ${archive}
       tar -xf ${archive.replace(".lrz", "")}
       diff -r made/databases databases`,
    );
    expect(code, said).toBe(0);
    expect(said).toContain("download: s3://archives");
  });

  it("do nothing else with that key, and nothing once its person has left the group", async () => {
    const no = async (command: string, key = reader) => {
      const { code, said } = await shell(key, command);
      expect(code, command).not.toBe(0);
      expect(said, command).toMatch(/AccessDenied|Forbidden/);
    };
    const s3api = `--bucket archives --key backups/kmc/${archive}`;
    await no("aws s3 ls archives");
    await no("aws s3 cp made.tar s3://archives/backups/kmc/made.tar");
    await no(`aws s3 rm s3://${at(archive)}`);
    await no(
      `aws s3api put-object-retention ${s3api} --retention Mode=COMPLIANCE,RetainUntilDate=2026-12-01`,
    );
    await no("aws iam create-access-key --user-name ana");
    const leave = "aws iam remove-user-from-group --group-name readers --user-name ana";
    expect(await shell(archives.administrator, leave)).toMatchObject({ code: 0 });
    await no("aws s3 ls archives/backups/kmc/");
  });
});

describe("the drill's key", () => {
  it("reads, writes new evidence and nothing over it, and deletes only what it may prune", async () => {
    const drill = archives.as(await archives.keyWith(drillPolicy([place])));
    const anew = { "if-none-match": "*" };
    const evidence = at("evidence/2026-11-29T050000Z.json");
    expect((await drill.s3("GET", at(archive))).status).toBe(200);
    expect((await drill.s3("GET", "archives", "list-type=2&prefix=backups%2Fkmc%2F")).status).toBe(
      200,
    );
    expect((await drill.s3("PUT", evidence, "", "{}", anew)).status).toBe(200);
    expect((await drill.s3("PUT", evidence, "", "{}")).status).toBe(403);
    expect((await drill.s3("PUT", evidence, "", "{}", anew)).status).toBe(412);
    expect((await drill.s3("PUT", at("other.tar.lrz"), "", "x", anew)).status).toBe(403);
    expect((await drill.s3("PUT", at("x.json.age"), "", "x", anew)).status).toBe(403);
    expect((await drill.s3("DELETE", evidence)).status).toBe(403);
    expect((await drill.s3("DELETE", at("begun"))).status).toBe(403);
    const { headers } = await drill.must("HEAD", at(archive));
    const version = `versionId=${String(headers["x-amz-version-id"])}`;
    expect((await drill.s3("DELETE", at(archive), version)).status).toBe(403);
    // A mark: what lies below it is there as long as the lock and the lifecycle let it.
    expect((await drill.s3("DELETE", at(archive))).status).toBe(204);
    expect((await archives.as().s3("GET", at(archive), version)).status).toBe(200);
  });

  it("adds copies of Berth's own state where those go, and nothing over one (R79)", async () => {
    const keeping = { ...place, state: "backups/berth-state/" };
    const drill = archives.as(await archives.keyWith(drillPolicy([keeping])));
    const anew = { "if-none-match": "*" };
    const copy = (name: string) => `archives/backups/berth-state/${name}`;
    for (const name of ["2026-11-29T050000Z.prod.json.age", "2026-11-29T050000Z.manifest.json"]) {
      expect((await drill.s3("PUT", copy(name), "", "x", anew)).status).toBe(200);
      expect((await drill.s3("PUT", copy(name), "", "y")).status).toBe(403);
      expect((await drill.s3("PUT", copy(name), "", "y", anew)).status).toBe(412);
    }
    expect((await drill.s3("PUT", copy("other"), "", "x", anew)).status).toBe(403);
    expect((await drill.s3("PUT", at("x.json.age"), "", "x", anew)).status).toBe(403);
    expect((await drill.s3("DELETE", copy("2026-11-29T050000Z.prod.json.age"))).status).toBe(204);
  });
});
