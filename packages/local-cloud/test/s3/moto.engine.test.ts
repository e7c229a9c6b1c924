import * as fs from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { thisComputer } from "../../ground/computer";
import { S3Client } from "../../s3/client";
import { startS3, type S3Server } from "../../s3/server";

const anybody = { accessKeyId: "ANYBODY", secretAccessKey: "anything" };

const field = (body: string, name: string) =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? "";

describe("the local S3 server", () => {
  let server: S3Server;
  let admin: S3Client;

  beforeAll(async () => {
    server = await startS3(thisComputer());
    admin = new S3Client(server.endpoint, anybody);
    await admin.must("PUT", "backups");
  });
  afterAll(() => server.stop());

  it("keeps objects, and every version of them where versioning is on", async () => {
    const on =
      '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>';
    await admin.must("PUT", "backups", "versioning=", on);
    await admin.must("PUT", "backups/state.json", "", "first");
    await admin.must("PUT", "backups/state.json", "", "second");
    expect((await admin.must("GET", "backups/state.json")).body).toBe("second");
    const { body } = await admin.must("GET", "backups", "versions=");
    expect(body.match(/<VersionId>/g)).toHaveLength(2);
  });

  it("with IAM enforced lets a key write under its own prefix and nowhere else", async () => {
    await admin.iam("CreateUser", { UserName: "kmc-backup" });
    await admin.iam("PutUserPolicy", {
      UserName: "kmc-backup",
      PolicyName: "write",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: "s3:PutObject",
            Resource: "arn:aws:s3:::backups/backups/kmc/*",
          },
        ],
      }),
    });
    const { body } = await admin.iam("CreateAccessKey", { UserName: "kmc-backup" });
    const key = {
      accessKeyId: field(body, "AccessKeyId"),
      secretAccessKey: field(body, "SecretAccessKey"),
    };
    await server.enforceIam();
    const node = new S3Client(server.endpoint, key);
    expect((await node.s3("PUT", "backups/backups/kmc/a.tar.lrz", "", "x")).status).toBe(200);
    expect((await node.s3("PUT", "backups/backups/other/a.tar.lrz", "", "x")).status).toBe(403);
    expect((await node.s3("GET", "backups/backups/kmc/a.tar.lrz")).status).toBe(403);
    expect((await node.s3("GET", "backups", "list-type=2")).status).toBe(403);
    const thief = new S3Client(server.endpoint, { ...key, secretAccessKey: "guessed" });
    expect((await thief.s3("PUT", "backups/backups/kmc/b.tar.lrz", "", "x")).status).toBe(403);
  });
});

describe("its life", () => {
  it("ends when the process that started it is killed", async () => {
    const starter = spawn(
      process.execPath,
      [
        "--import",
        "tsx",
        "-e",
        `const { startS3 } = require("./packages/local-cloud/s3/server");
         const { thisComputer } = require("./packages/local-cloud/ground/computer");
         startS3(thisComputer()).then(({ pid }) => { console.log(pid); setInterval(() => {}, 1000); });`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const [said] = (await once(starter.stdout, "data")) as [Buffer];
    const pid = Number(said.toString());
    expect(() => process.kill(pid, 0)).not.toThrow();
    starter.kill("SIGKILL");
    await expect
      .poll(() => fs.existsSync(`/proc/${pid}`) && !isZombie(pid), { timeout: 5000 })
      .toBe(false);
  });
});

function isZombie(pid: number): boolean {
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
