import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { site } from "../machine/front";
import { mongoPrograms } from "../machine/mongo";
import { delivery, type Files } from "../machine/quay";
import { backedUp, Vault } from "../machine/vault";

/** Its services write to a MongoDB and to a directory of the checkout. */
const project: Files = {
  "docker-compose.yml": `services:
  nginx:
    image: python:3
    command: ["python3", "-m", "http.server", "8000", "--directory", "/media"]
    stop_signal: SIGKILL
    volumes: ["./media:/media"]
  mongo:
    image: mongo:7
    command: ["mongodb-peer", "/data/db"]
    stop_signal: SIGKILL
    volumes: ["documents:/data/db"]
volumes: {documents: {}}
`,
  "dc.prod.yml": `services: {nginx: {ports: ["80:8000"]}}\n`,
  ".gitignore": "docker-compose.override.yml\n.env\nmedia\n",
};

describe("a project with MongoDB", () => {
  const vault = new Vault();
  const inMongo = (command: string, input = "") =>
    vault.onHost(`docker exec -i shop-mongo-1 ${command} 2>&1`, input);

  beforeAll(async () => {
    const programs = await mongoPrograms();
    vault.sites = [site("shop", 18_016, { serve: ["shop.example.org"], redirect: [] })];
    vault.backups = [backedUp("shop", { kind: "mongodb", consistency: "stop", files: ["/media"] })];
    await vault.prepare();
    await vault.open([
      delivery("shop", 18_016, { health: { path: "/", seconds: 60 }, files: ["/media"] }),
    ]);
    for (const [name, file] of Object.entries(programs)) {
      await vault.onHost(
        `mkdir -p /root/mongo && base64 -d >/root/mongo/${name} && chmod 755 /root/mongo/${name}`,
        readFileSync(file).toString("base64"),
      );
    }
    const dockerfile = `FROM python:3\nCOPY ${Object.keys(programs).join(" ")} /usr/local/bin/\n`;
    await vault.onHost(
      "cd /root/mongo && cat >Dockerfile && docker build -q -t mongo:7 . 2>&1",
      dockerfile,
    );
    await vault.commit("shop", project);
    const done = await vault.site("deploy shop");
    expect(done, done.stdout).toMatchObject({ code: 0 });
  });
  afterAll(() => vault.close());

  it("has all of it in an archive, by its own tools, while what writes to it is stopped (R39)", async () => {
    const documents = Array.from({ length: 500 }, (_, n) => `{"_id": ${n}, "body": "alder ${n}"}`);
    await inMongo("mongoimport --quiet --db app --collection note", documents.join("\n"));
    await vault.onHost("echo kept >/srv/berth/shop/media/upload");
    await vault.bringKey("shop");
    const { lastTaken } = await vault.until("shop", (told) => told.lastTaken !== null);
    expect(lastTaken).toMatchObject({ verdict: "taken", why: "" });
    const log = await vault.onHost("cat /var/lib/berth/backups/shop/run.log");
    expect(log).toContain("stop: nginx");
    expect(log).toContain("goes on: nginx");
    expect(await vault.visitStatus(18_016)).toBe("200");
    const manifest = await vault.manifest(lastTaken!.key!);
    expect(manifest).toMatchObject({
      consistency: "stop",
      databases: [
        { service: "mongo", kind: "mongodb", dump: { path: "databases/mongo/mongodb.archive" } },
      ],
      files: [{ name: "media", changed: [] }],
    });
    const tar = spawnSync("lrzip", ["-d", "-q", "-o", "-", "-"], {
      input: await vault.bytes(lastTaken!.key!),
      maxBuffer: 1 << 30,
    });
    const dump = spawnSync("tar", ["-xO", "databases/mongo/mongodb.archive"], {
      input: tar.stdout,
      maxBuffer: 1 << 30,
    });
    const restored = await vault.onHost(
      `base64 -d | docker exec -i shop-mongo-1 mongorestore --archive --nsFrom 'app.*' --nsTo 'again.*' 2>&1`,
      dump.stdout.toString("base64"),
    );
    expect(restored).toContain("500 document(s) restored successfully. 0 document(s) failed");
  });
});
