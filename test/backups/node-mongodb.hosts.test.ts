import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { readDrillKey } from "../../operations/backups/evidence";
import { instantText } from "../../operations/backups/keys";
import type { Manifest } from "../../operations/backups/manifest";
import { tryRun } from "../../packages/local-cloud/hosts/process";
import { rounds } from "../hosts/killing";
import { site } from "../machine/front";
import { mongoImage } from "../machine/mongo";
import { delivery } from "../machine/quay";
import { backedUp, Successor, Vault } from "../machine/vault";
import { dockerBy } from "../operations/backups/remote-docker";
import { declare } from "./declared";
import { backupParts, member, mongoProject, sha256 } from "./mongo-project";

describe("a project with MongoDB", () => {
  const vault = new Vault();
  const directory = mkdtempSync(join(tmpdir(), "berth-mongo-"));
  let env: NodeJS.ProcessEnv;
  let good: { readonly manifest: Manifest; readonly dump: Buffer; readonly list: Buffer };

  const inMongo = (command: string, input = "") =>
    vault.onHost(`docker exec -i shop-mongo-1 ${command} 2>&1`, input);
  const berth = (...command: readonly string[]) =>
    tryRun(
      [
        ...[process.execPath, "--import", "tsx"],
        ...[join(__dirname, "../operations/backups/as-person.ts"), directory, ...command],
      ],
      { env },
    );
  /** A dump of the same server by MongoDB's own tool, called otherwise. */
  const dumped = async (...words: string[]) =>
    Buffer.from(
      await vault.onHost(
        `docker exec shop-mongo-1 mongodump --quiet --archive ${words.join(" ")} | base64 -w0`,
      ),
      "base64",
    );
  const presigned = (key: string) => {
    const { endpoint, administrator: credentials } = vault.archives;
    const client = new S3Client({
      ...{ region: "us-east-1", endpoint, forcePathStyle: true, credentials },
    });
    return getSignedUrl(client, new PutObjectCommand({ Bucket: "archives", Key: key }), {
      expiresIn: 600,
    });
  };
  /** Puts the newest archive there, with what is made wrong in it. */
  const put = async (
    dump: Buffer,
    change: (manifest: Manifest) => void = () => undefined,
    cut = 0,
  ) => {
    const key = `backups/shop/${instantText(new Date())}.tar.lrz`;
    const out = mkdtempSync(join(directory, "archive-"));
    writeFileSync(join(out, "dump"), dump);
    writeFileSync(join(out, "list"), good.list);
    writeFileSync(join(out, "upload"), "kept\n");
    const { archive: _, ...inside } = structuredClone(good.manifest);
    const said = { path: member, bytes: dump.length, sha256: sha256(dump) };
    Object.assign(inside.databases[0]!, { dump: said });
    change(inside as Manifest);
    execFileSync("python3", [join(__dirname, "../operations/backups/archived.py"), backupParts], {
      input: JSON.stringify({
        ...{ out, key, manifest: inside, trees: [] },
        members: [
          [member, join(out, "dump"), 0],
          ["files/media/upload", join(out, "upload"), 0],
          ["files/media.sha256", join(out, "list"), 0],
        ],
      }),
    });
    const archive = readFileSync(join(out, "archive"));
    writeFileSync(join(out, "archive"), archive.subarray(0, archive.length - cut));
    for (const [name, to] of [
      ["archive", key],
      ["manifest", key.replace(".tar.lrz", ".manifest.json")],
    ] as const) {
      const { authorityFile } = vault.archives;
      const sent = ["curl", "-sSf", "--cacert", authorityFile, "-T", join(out, name)];
      expect(await tryRun([...sent, await presigned(to)])).toMatchObject({ code: 0 });
    }
  };

  beforeAll(async () => {
    vault.sites = [site("shop", 18_016, { serve: ["shop.example.org"], redirect: [] })];
    const how = { kind: "mongodb", consistency: "stop", files: ["/media"], at: ["23:59"] } as const;
    vault.backups = [backedUp("shop", how)];
    await vault.prepare();
    await vault.open([
      delivery("shop", 18_016, { health: { path: "/", seconds: 60 }, files: ["/media"] }),
    ]);
    await mongoImage(vault);
    await vault.commit("shop", mongoProject);
    await vault.bringKey("shop");
    const done = await vault.site("deploy shop");
    expect(done, done.stdout).toMatchObject({ code: 0 });
    const keyFile = join(directory, "drill.pem");
    const pair = generateKeyPairSync("ed25519");
    writeFileSync(keyFile, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
    declare(directory, readDrillKey(keyFile).public, { database: "mongodb" });
    const visit = { login: "ana", address: vault.address, pinned: vault.key, mine: vault.yard.ana };
    env = {
      ...vault.archives.env(),
      NODE_EXTRA_CA_CERTS: vault.archives.authorityFile,
      PATH: `${dockerBy(vault.yard, visit)}:${process.env["PATH"]}`,
      HOME: directory,
      USER: "ana",
      BERTH_DRILL_KEY: keyFile,
    };
  });
  afterAll(async () => {
    await vault.close();
    rmSync(directory, { recursive: true });
  });

  it("has all of it in an archive, by its own tools, while what writes to it is stopped (R39)", async () => {
    const documents = Array.from({ length: 500 }, (_, n) => `{"_id": ${n}, "body": "alder ${n}"}`);
    await inMongo("mongoimport --quiet --db app --collection note", documents.join("\n"));
    await inMongo("mongoimport --quiet --db app --collection tag", `{"_id": "a", "n": 1}`);
    await inMongo("mongoimport --quiet --db birch --collection note", `{"_id": 1}`);
    await vault.onHost("echo kept >/srv/berth/shop/media/upload");
    await vault.taken("shop");
    const { lastTaken } = await vault.told("shop");
    expect(lastTaken).toMatchObject({ verdict: "taken", why: "" });
    const log = await vault.onHost("cat /var/lib/berth/backups/shop/run.log");
    expect(log).toContain("stop: nginx");
    expect(log).toContain("goes on: nginx");
    expect(log).toContain("mongo: 502 documents");
    expect(await vault.visitStatus(18_016)).toBe("200");
    const manifest = (await vault.manifest(lastTaken!.key!)) as unknown as Manifest;
    expect(manifest).toMatchObject({
      consistency: "stop",
      databases: [
        {
          ...{ service: "mongo", kind: "mongodb", server: "7.0.42", dump: { path: member } },
          collections: [
            { database: "app", name: "note", documents: 500, indexes: ["_id_"] },
            { database: "app", name: "tag", documents: 1 },
            { database: "birch", name: "note", documents: 1 },
          ],
        },
      ],
      files: [{ name: "media", changed: [] }],
    });
    const tar = spawnSync("lrzip", ["-d", "-q", "-o", "-", "-"], {
      input: await vault.bytes(lastTaken!.key!),
      maxBuffer: 1 << 30,
    });
    const unpacked = (path: string) =>
      spawnSync("tar", ["-xO", path], { input: tar.stdout, maxBuffer: 1 << 30 }).stdout;
    good = { manifest, dump: unpacked(member), list: unpacked("files/media.sha256") };
  });

  it("is proven by a drill, to the last document (R34)", async () => {
    const done = await berth("drill", "shop");
    expect(done.stdout, done.stderr).toMatch(/^shop: proven: 3 tables, 502 rows, 1 files/);
    expect(done.stdout).not.toContain("note:");
    expect(done.code).toBe(0);
    const reported = await berth("drill", "--report");
    expect(reported.stdout).toMatch(/shop .* proven +502 /);
  });

  it("takes the place of a developer's data (R35)", async () => {
    const tree = mkdtempSync(join(directory, "dev-"));
    const compose = "--label com.docker.compose";
    const labels = `${compose}.project=dev ${compose}.project.working_dir=${tree} ${compose}.service=mongo`;
    await vault.onHost(`docker run -d --name dev-mongo --network none ${labels} mongo:7
      until docker exec dev-mongo mongodump --quiet --archive >/dev/null 2>&1; do sleep 0.3; done
      echo '{"_id": 1, "body": "birch"}' | docker exec -i dev-mongo mongoimport --quiet --db app --collection note`);
    const done = await berth("restore", "shop", "--to", "dev", "--directory", tree);
    expect(done.stdout, done.stderr).toContain("is there, all of it");
    expect(done.code).toBe(0);
    const there = await vault.onHost("docker exec dev-mongo mongodump --quiet --archive --db app");
    expect(there).toContain("alder 499");
    expect(there).not.toContain("birch");
    await vault.onHost("docker rm -f -v dev-mongo");
  });

  it("fails a drill by each thing that can be wrong with an archive, which is named", async () => {
    const { dump } = good;
    const other = (from: string, to: string) => {
      const changed = Buffer.from(dump);
      changed.write(to, changed.indexOf(from), "latin1");
      return changed;
    };
    // Those of the dump alone are in mongo-archive.test.ts as well: these go all the way.
    const faults: readonly (readonly [() => Promise<void>, string | RegExp])[] = [
      [() => put(dump.subarray(0, dump.length * 0.9)), /mongo: its dump was cut off: /],
      [
        async () => put(await dumped("--db", "app", "--excludeCollection", "tag")),
        "mongo: 2 collections are missing after the load into mongo:7: app.tag, birch.note",
      ],
      [
        () => put(dump, ({ databases }) => Object.assign(databases[0]!, { server: "6.0.19" })),
        "was dumped from MongoDB 6.0.19, and mongo:7 is 7.0.42 here: another major version",
      ],
      [() => put(dump, undefined, 100), /is truncated: \d+ of \d+ bytes/],
      [() => put(Buffer.alloc(0)), "mongo: its dump is empty"],
      [
        async () => put(await dumped("--db", "birch")),
        "mongo: 2 collections are missing after the load into mongo:7: app.note, app.tag",
      ],
      [
        () => put(other("7.0.42", "6.0.42")),
        "was dumped from MongoDB 6.0.42, its manifest says 7.0.42",
      ],
      [
        () => put(other("alder 77", "alder 7x")),
        "mongo: app.note: its 500 documents are not those that were dumped",
      ],
      [
        () =>
          put(dump, ({ databases }) => Object.assign(databases[0]!, { collections: undefined })),
        "is from before its collections were counted",
      ],
    ];
    for (const [make, why] of faults.slice(0, rounds(3, faults.length))) {
      await make();
      const done = await berth("drill", "shop");
      expect(done.stdout, done.stderr).toMatch(why);
      expect(done.stdout).not.toContain("shop: proven");
      expect(done.code).toBe(1);
    }
    expect(await vault.onHost("docker ps -aq --filter label=berth=drill")).toBe("");
  });

  it("is restored in place, and what was there before is put back where that fails (R40)", async () => {
    const key = await vault.taken("shop");
    const counted = async () =>
      (await dumped("--db", "app")).toString("latin1").split("alder ").length - 1;
    await inMongo("mongoimport --quiet --db app --collection note", `{"_id": 900, "b": "alder x"}`);
    await inMongo("mongoimport --quiet --db later --collection note", `{"_id": 1}`);
    expect(await counted()).toBe(501);
    const wish = await vault.wish(key);
    // What comes out of it is not what its manifest says: what serves is left alone.
    const broken = JSON.parse(wish) as { manifest: Manifest };
    const note = broken.manifest.databases[0]!.collections![0]!;
    Object.assign(note, { documents: 499 });
    const failed = await vault.backup("restore shop --by ana", JSON.stringify(broken));
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stderr).toContain("app.note has 500 of 499 documents");
    expect(await counted()).toBe(501);
    expect(await vault.visitStatus(18_016)).toBe("200");

    const done = await vault.backup("restore shop --by ana", wish);
    expect(done, `${done.stdout}${done.stderr}`).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(
      /stop: nginx[^]*taken: backups[^]*mongo: serves again[^]*start: nginx/,
    );
    expect(await counted()).toBe(500);
    expect((await dumped("--db", "later")).toString("latin1")).not.toContain("_id_");
    expect(await vault.visitStatus(18_016)).toBe("200");
    const left = await vault.onHost(
      "ls /var/lib/docker/volumes/shop_documents; docker ps -aq --filter label=berth=apart",
    );
    expect(left).toBe("_data\n");
    // What was there before is in the backup that was made first.
    const { lastTaken } = await vault.told("shop");
    const before = (await vault.manifest(lastTaken!.key!)) as unknown as Manifest;
    expect(before.databases[0]!.collections!.map(({ documents }) => documents)).toEqual([
      501, 1, 1, 1,
    ]);
  });

  // Another machine for the same as PostgreSQL's test has of everything but MongoDB: in the long run.
  it.runIf(rounds(0, 1) > 0)(
    "is recovered on a machine that came up without it (R34)",
    async () => {
      const next = new Successor(vault);
      const key = await vault.taken("shop");
      const wish = await vault.wish(key);
      const before = (await vault.manifest(key)) as unknown as Manifest;
      await vault.yard.machines.delete(vault.id);
      await next.take();
      await mongoImage(next);
      await next.commit("shop", mongoProject);
      await next.bringKey("shop");
      const done = await next.site("deploy shop");
      expect(done, done.stdout).toMatchObject({ code: 0 });
      expect(done.stdout).toContain("closed: archives of shop exist and its data is not here");
      const recovered = await next.backup("recover shop --by ana", wish);
      expect(recovered, `${recovered.stdout}${recovered.stderr}`).toMatchObject({ code: 0 });
      expect(recovered.stdout).toMatch(/mongo: serves again[^]*visitors are let in/);
      expect(await next.visitStatus(18_016)).toBe("200");
      expect(await next.onHost("cat /srv/berth/shop/media/upload")).toBe("kept\n");
      // What is backed up there is what was: each collection to the last document.
      const after = (await next.manifest(await next.taken("shop"))) as unknown as Manifest;
      expect(after.databases[0]!.collections).toEqual(before.databases[0]!.collections);
    },
  );
});
