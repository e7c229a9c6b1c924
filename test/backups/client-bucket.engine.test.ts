import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { clientBucketPolicy } from "../../components/backups/client-bucket-policy";
import { drillPolicy, readPolicy } from "../../components/backups/read-policy";
import { tryRun } from "../../packages/local-cloud/hosts/process";
import type { AccessKey } from "../../packages/local-cloud/s3/sign";
import { Archives } from "../machine/archives";
import { program } from "../machine/backup-parts";
import { declare } from "./declared";

const archives = new Archives();
const client = { name: "client-archives", region: "us-east-1", account: "222233334444" };
const stranger = "999988887777";
const place = { bucket: client.name, prefix: "backups/", whole: false };
const anew = { "if-none-match": "*" };
let node: AccessKey;

/** A program of a machine's, over JSON. */
async function machine(script: readonly string[], asked: object): Promise<Record<string, unknown>> {
  const child = spawn("python3", ["-I", "-B", ...script], {
    env: { ...process.env, SSL_CERT_FILE: archives.authorityFile },
  });
  child.stdin.end(JSON.stringify(asked));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(err).toBe("");
  return JSON.parse(out) as Record<string, unknown>;
}

/** What becomes of an object that a machine writes with its key. */
const send = (key: string, act: "upload" | "put", changes: object = {}) => {
  const { name: bucket, region, account: owner } = client;
  const where = { bucket, region, owner, address: archives.endpoint, ...changes };
  const asked = { place: where, key, credential: node, size: 1_000, act, patience: 5 };
  return machine(["test/machine/backup/send.py", program], asked);
};

beforeAll(async () => {
  await archives.open();
  await archives.clientBucket(client.name, client.account, ["backups/shop/"]);
  node = await archives.writeOnlyKey(client.name, "backups/shop/");
});
afterAll(() => archives.close());

describe("the bucket of a client's own (R82), with the policy that Berth prints", () => {
  it("takes new archives by the node's key, and that key gets at nothing else", async () => {
    const name = "backups/shop/2026-11-29T031500Z.tar.lrz";
    expect(await send(name, "upload")).toMatchObject({ done: { key: name } });
    expect(await send(name, "put")).toMatchObject({ problem: "Exists" });
    expect(await send("backups/shop/a", "put")).toMatchObject({ version: /./ });
    const thief = archives.as(node);
    const at = `${client.name}/${name}`;
    expect((await thief.s3("PUT", at, "", "other")).status).toBe(403);
    expect((await thief.s3("GET", at)).status).toBe(403);
    expect((await thief.s3("DELETE", at)).status).toBe(403);
    expect((await thief.s3("GET", client.name, "list-type=2")).status).toBe(403);
    const beside = `${client.name}/backups/club/a`;
    expect((await thief.s3("PUT", beside, "", "x", anew)).status).toBe(403);
  });

  it("is read, drilled and pruned by the agency's people, each by their group", async () => {
    const at = (name: string) => `${client.name}/backups/shop/${name}`;
    const reader = archives.as(await archives.keyWith(readPolicy([place])));
    const drill = archives.as(await archives.keyWith(drillPolicy([place])));
    const listing = "list-type=2&prefix=backups%2Fshop%2F";
    expect((await reader.s3("GET", client.name, listing)).status).toBe(200);
    expect((await reader.s3("GET", at("a"))).status).toBe(200);
    expect((await reader.s3("PUT", at("evidence/a.json"), "", "{}", anew)).status).toBe(403);
    expect((await drill.s3("PUT", at("evidence/a.json"), "", "{}", anew)).status).toBe(200);
    expect((await drill.s3("PUT", at("evidence/a.json"), "", "{}")).status).toBe(403);
    expect((await send("backups/shop/old.tar.lrz", "put")).version).toMatch(/./);
    const { headers } = await drill.must("HEAD", at("old.tar.lrz"));
    const version = `versionId=${String(headers["x-amz-version-id"])}`;
    expect((await drill.s3("DELETE", at("old.tar.lrz"), version)).status).toBe(403);
    expect((await drill.s3("DELETE", at("old.tar.lrz"))).status).toBe(204);
    expect((await drill.s3("DELETE", at("a"))).status).toBe(403);
  });

  it("lets nobody of the agency's account do more, whatever their own policies grant", async () => {
    const statement = { Effect: "Allow", Action: "s3:*", Resource: "*" };
    const everything = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const anybody = archives.as(await archives.keyWith(everything));
    const asked = [
      ["PUT", `${client.name}/backups/club/a`, ""],
      ["GET", `${client.name}/invoices/2026.pdf`, ""],
      ["GET", client.name, "list-type=2"],
      ["GET", client.name, "list-type=2&prefix=invoices%2F"],
      ["PUT", client.name, "versioning="],
      ["DELETE", client.name, "policy="],
      ["DELETE", `${client.name}/backups/shop/a`, ""],
    ] as const;
    for (const [method, path, query] of asked) {
      const { status } = await anybody.s3(method, path, query, "", anew);
      expect([method, path, query, status]).toEqual([method, path, query, 403]);
    }
  });

  it("is refused where it is another account's by now, or has no policy for this", async () => {
    expect(await send("backups/shop/b", "put", { owner: stranger })).toMatchObject({
      problem: "BackupFailed",
      text: expect.stringContaining(`is to be in the account ${stranger}`) as string,
    });
    expect((await send("backups/shop/b", "upload", { owner: stranger })).problem).toBeDefined();
    await archives.clientBucket("client-bare", client.account, ["backups/club/"]);
    expect(await send("backups/shop/b", "put", { bucket: "client-bare" })).toMatchObject({
      text: expect.stringContaining("berth backup --bucket-policy") as string,
    });
  });

  it("holds back a machine that came up empty, and begins anew where archives go to another", async () => {
    await archives.clientBucket("client-other", client.account, ["backups/shop/"]);
    const both = await archives.keyWith(
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: "*" }],
      }),
    );
    const claimed = (root: string, bucket: string) =>
      machine(["test/machine/backup/claim.py", program], {
        ...{ root, credential: both },
        place: { bucket, region: "us-east-1", owner: client.account, address: archives.endpoint },
      });
    const roots = ["one", "two"].map((name) => mkdtempSync(join(tmpdir(), `berth-${name}-`)));
    const [first, second] = roots as [string, string];
    expect(await claimed(first, client.name)).toEqual({ done: true });
    expect(await claimed(first, client.name)).toEqual({ done: true });
    expect(await claimed(second, client.name)).toMatchObject({ problem: "Awaits" });
    // Whoever serves goes on in another bucket, and what comes up empty after it is held back there too.
    expect(await claimed(first, "client-other")).toEqual({ done: true });
    expect(await claimed(second, "client-other")).toMatchObject({ problem: "Awaits" });
    expect(await claimed(first, client.name)).toEqual({ done: true });
    for (const root of roots) rmSync(root, { recursive: true });
  });
});

describe("a person's commands, where archives go to a client's own bucket", () => {
  const directory = mkdtempSync(join(tmpdir(), "berth-client-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const berth = async (bucket: typeof client | undefined, ...command: readonly string[]) => {
    declare(
      directory,
      `ed25519:${"A".repeat(43)}=`,
      bucket === undefined ? {} : { client: bucket },
    );
    const key = await archives.keyWith(readPolicy([place]));
    return tryRun(
      [
        ...[process.execPath, "--import", "tsx"],
        ...[join(__dirname, "../operations/backups/as-person.ts"), directory, ...command],
      ],
      {
        env: {
          ...{ PATH: process.env["PATH"], HOME: directory, USER: "ana" },
          ...archives.env(key),
          NODE_EXTRA_CA_CERTS: archives.authorityFile,
        },
      },
    );
  };

  it("print the policy that the client sets, and of no bucket of the agency's", async () => {
    const printed = await berth(client, "backup", "--bucket-policy", "shop");
    expect(printed.code, printed.stderr).toBe(0);
    const wanted = clientBucketPolicy(client.name, ["backups/shop/"], "413528927365");
    expect(JSON.parse(printed.stdout)).toEqual(JSON.parse(wanted));
    expect(printed.stderr).toContain(`in their account ${client.account}`);
    const none = await berth(undefined, "backup", "--bucket-policy", "shop");
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("no environment declares a bucket of the client's for it");
  });

  it("find the archives there, and refuse a bucket of that name that is somebody else's", async () => {
    const listed = await berth(client, "restore", "shop", "--list");
    expect(listed.stdout, listed.stderr).toContain("2026-11-29T031500Z");
    expect(listed.stdout).toContain(`s3://${client.name}`);
    const other = await berth({ ...client, account: stranger }, "restore", "shop", "--list");
    expect(other.code).not.toBe(0);
    expect(other.stderr).toContain(`s3://${client.name}: cannot list backups/shop/: AccessDenied`);
  });
});
