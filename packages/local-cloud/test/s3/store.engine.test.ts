import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { thisComputer } from "../../ground/computer";
import type { S3Client } from "../../s3/client";
import { root, StoreGround } from "./store-ground";

const ground = new StoreGround();
let node: S3Client;
let admin: S3Client;

/** A policy of a key that makes new objects below a prefix and does nothing else. */
export const onlyNew = (prefix: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["s3:PutObject", "s3:AbortMultipartUpload"],
        Resource: `arn:aws:s3:::archives/${prefix}*`,
      },
      {
        Effect: "Deny",
        Action: "s3:PutObject",
        Resource: "*",
        Condition: {
          Null: { "s3:if-none-match": "true" },
          BoolIfExists: { "s3:ObjectCreationOperation": "true" },
        },
      },
    ],
  });

const suspended = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";

/** A lock that ends in a minute. */
const sooner = () => {
  const until = new Date(Date.now() + 60_000).toISOString();
  return `<Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Mode>COMPLIANCE</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`;
};

const anew = { "if-none-match": "*" };

beforeAll(async () => {
  await ground.open(thisComputer());
  await ground.bucket("archives", 30);
  admin = ground.as(root);
  node = ground.as(await ground.key("kmc-writer", onlyNew("backups/kmc/")));
});
afterAll(() => ground.close());

describe("a key that makes new objects below a prefix", () => {
  it("makes one, and never a second of that name", async () => {
    const at = "archives/backups/kmc/a.tar.lrz";
    expect((await node.s3("PUT", at, "", "first", anew)).status).toBe(200);
    expect((await node.s3("PUT", at, "", "second", anew)).status).toBe(412);
    expect((await node.s3("PUT", at, "", "second")).status).toBe(403);
    expect((await admin.must("GET", at)).body).toBe("first");
    const { body } = await admin.must("GET", "archives", "versions=");
    expect(body.match(/<VersionId>/g)).toHaveLength(1);
  });

  it("neither reads nor lists nor deletes, and writes nowhere else", async () => {
    const at = "archives/backups/kmc/a.tar.lrz";
    const tried = [
      node.s3("GET", at),
      node.s3("HEAD", at),
      node.s3("GET", "archives", "list-type=2"),
      node.s3("GET", "archives", "versions="),
      node.s3("GET", "archives", "uploads="),
      node.s3("GET", "archives", "policy="),
      node.s3("DELETE", at),
      node.s3("PUT", at, "retention=", sooner()),
      node.s3("PUT", at, "legal-hold=", "<LegalHold><Status>OFF</Status></LegalHold>"),
      node.s3("PUT", at, "tagging=", "<Tagging><TagSet></TagSet></Tagging>"),
      node.s3("PUT", at, "acl=", "", { "x-amz-acl": "public-read" }),
      node.s3("PUT", "archives/backups/other/a.tar.lrz", "", "x", anew),
      node.s3("PUT", "archives/a.tar.lrz", "", "x", anew),
      node.s3("PUT", "archives", "policy=", "{}"),
      node.s3("PUT", "archives", "versioning=", suspended),
      node.s3("DELETE", "archives"),
    ];
    for (const answer of await Promise.all(tried)) expect(answer).toMatchObject({ status: 403 });
  });

  it("uploads in parts, and is asked at the end", async () => {
    const at = "archives/backups/kmc/b.tar.lrz";
    const begin = async () => {
      const { body } = await node.must("POST", at, "uploads=");
      const id = /<UploadId>([^<]*)</.exec(body)![1]!;
      const { headers } = await node.must("PUT", at, `partNumber=1&uploadId=${id}`, "part");
      const parts = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${headers.etag}</ETag></Part></CompleteMultipartUpload>`;
      return { query: `uploadId=${id}`, parts };
    };
    const first = await begin();
    expect((await node.s3("POST", at, first.query, first.parts)).status).toBe(403);
    expect((await node.s3("POST", at, first.query, first.parts, anew)).status).toBe(200);
    const second = await begin();
    expect((await node.s3("POST", at, second.query, second.parts, anew)).status).toBe(412);
    expect((await node.s3("DELETE", at, second.query)).status).toBe(204);
  });

  it("finds no way around: copies, forms, another header, a name that is another's, a doubtful query", async () => {
    const at = "archives/backups/kmc/a.tar.lrz";
    const copy = { "x-amz-copy-source": "/archives/backups/kmc/a.tar.lrz", ...anew };
    expect((await node.s3("PUT", at, "", "", copy)).status).toBe(403);
    expect((await node.s3("PUT", at, "", "x", { "if-none-match": '"nothing"' })).status).toBe(501);
    expect((await node.s3("POST", "archives", "", "x")).status).toBe(501);
    expect((await node.s3("PUT", at, "acl=&partNumber=1", "x")).status).toBe(403);
    expect((await node.s3("PUT", at, "uploadId=&partNumber=", "x")).status).not.toBe(200);
    const doubled = "archives/backups/kmc//other";
    expect((await node.s3("PUT", doubled, "", "x", anew)).status).toBe(400);
    expect((await admin.must("GET", "archives", "list-type=2")).body).not.toContain("other");
  });
});

describe("a lock", () => {
  it("holds against the account's own key, also when it is only the bucket's", async () => {
    const at = "archives/backups/kmc/a.tar.lrz";
    const { headers } = await admin.must("HEAD", at);
    const version = `versionId=${String(headers["x-amz-version-id"])}`;
    expect((await admin.s3("PUT", at, `retention=&${version}`, sooner())).status).toBe(403);
    expect((await admin.s3("DELETE", at, version)).status).toBe(403);
    const bypass = { "x-amz-bypass-governance-retention": "true" };
    expect((await admin.s3("DELETE", at, version, "", bypass)).status).toBe(403);
    expect((await admin.must("GET", at, version)).body).toBe("first");
  });
});

describe("an object without a checksum", () => {
  it("is refused where a lock is", async () => {
    const bare = { "content-md5": "" };
    const locked = await admin.s3("PUT", "archives/bare", "", "x", bare);
    expect(locked).toMatchObject({ status: 400 });
    expect(locked.body).toContain("Content-MD5 OR x-amz-checksum- HTTP header is required");
    expect((await admin.s3("PUT", "archives/summed", "", "x")).status).toBe(200);
  });
});

describe("users and groups", () => {
  it("have what their groups are granted, for as long as they are in them", async () => {
    const { account } = ground.store;
    await account.people.createUser("ana");
    await account.people.createGroup("readers");
    await account.people.putPolicy(
      "group",
      "readers",
      "read",
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::archives/*" },
        ],
      }),
    );
    const ana = ground.as(await account.people.createKey("ana"));
    const look = async () => (await ana.s3("GET", "archives/backups/kmc/a.tar.lrz")).status;
    expect(await look()).toBe(403);
    await account.people.setMember("readers", "ana", true);
    expect(await look()).toBe(200);
    await account.people.setMember("readers", "ana", false);
    expect(await look()).toBe(403);
  });

  it("are nobody once their key is off or gone, or its secret is guessed", async () => {
    const { account } = ground.store;
    const key = await ground.key("leaves", onlyNew("backups/leaves/"));
    const tried = async (by = key) =>
      (await ground.as(by).s3("PUT", `archives/backups/leaves/${Math.random()}`, "", "x", anew))
        .status;
    expect(await tried()).toBe(200);
    expect(await tried({ ...key, secretAccessKey: "guessed" })).toBe(403);
    await account.people.setKeyStatus("leaves", key.accessKeyId, "Inactive");
    expect(await tried()).toBe(403);
    await account.people.removeUser("leaves");
    expect(await tried()).toBe(403);
  });
});

describe("regions", () => {
  it("each take their own signatures, and know the same keys", async () => {
    await ground.bucket("far", undefined, "ca-central-1");
    const far = ground.as(root, "ca-central-1");
    await far.must("PUT", "far/a", "", "x");
    expect((await far.must("GET", "far/a")).body).toBe("x");
  });
});

it("is closed to its end in a process that has nothing else to do", () => {
  const directory = mkdtempSync(join(tmpdir(), "berth-store-"));
  const program = join(__dirname, "open-and-close.ts");
  const done = spawnSync(process.execPath, ["--import", "tsx", program, directory], {
    encoding: "utf8",
  });
  rmSync(directory, { recursive: true });
  expect(done).toMatchObject({ stderr: "", stdout: "closed\n", status: 0 });
});
