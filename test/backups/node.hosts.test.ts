import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { statuses } from "../../components/machine/script";
import { site } from "../machine/front";
import { delivery } from "../machine/quay";
import { backedUp, dataProject, membersOf, Vault } from "../machine/vault";

const customers = readFileSync("test/backups/customers.sql", "utf8");
const everything = readFileSync("test/backups/everything.sql", "utf8");

/** What people bring up by themselves, as Sentry's installer does. */
const byHand = `services:
  web:
    image: python:3
    command: ["python3", "-m", "http.server", "8000"]
    stop_signal: SIGKILL
    volumes: ["home:/home/web", "./conf:/conf:ro"]
  db:
    image: postgres:17
    environment: {POSTGRES_HOST_AUTH_METHOD: trust}
    volumes: ["pgdata:/var/lib/postgresql/data"]
    healthcheck: {test: ["CMD", "pg_isready", "-U", "postgres", "-h", "127.0.0.1"], interval: 1s, retries: 30}
volumes: {pgdata: {}, home: {}}
`;

describe("a project's backups on its node", () => {
  const vault = new Vault();

  beforeAll(async () => {
    vault.sites = [site("shop", 18_016, { serve: ["shop.example.org"], redirect: [] })];
    vault.backups = [backedUp("shop")];
    await vault.prepare();
    await vault.open([delivery("shop", 18_016, { health: { path: "/", seconds: 60 } })]);
  });
  afterAll(() => vault.close());

  it("wait for a delivery and for the key, and begin by themselves then (R36)", async () => {
    expect(await vault.told("shop")).toMatchObject({ last: null, running: null, awaits: null });
    const early = await vault.backup("run shop");
    expect(early.code).toBe(1);
    expect(early.stdout).toContain("nothing was delivered here yet; deliver it: berth deploy shop");
    await vault.commit("shop", dataProject);
    const done = await vault.site("deploy shop");
    expect(done, done.stdout).toMatchObject({ code: 0 });
    expect(await vault.bringKey("shop")).toContain("the key to write archives with is here");
    expect(await vault.bringKey("shop")).toContain("the same as before");
    const { lastTaken } = await vault.until("shop", (told) => told.lastTaken !== null);
    expect(lastTaken).toMatchObject({ by: "schedule", verdict: "taken", why: "" });
    const stored = await vault.stored("shop");
    const date = /^backups\/shop\/\d{4}-\d\d-\d\dT\d{6}Z/.exec(lastTaken!.key!)![0];
    expect(stored.sort()).toEqual([
      `${date}.manifest.json`,
      `${date}.tar.lrz`,
      "backups/shop/begun",
    ]);
    const manifest = await vault.manifest(lastTaken!.key!);
    expect(manifest.archive.key).toBe(lastTaken!.key);
    expect(manifest.databases[0]!.databases.map(({ name }) => name)).toEqual(["app", "postgres"]);
    expect(manifest.databases[0]!.databases[0]!.tables).toMatchObject([
      { name: "visit", rows: 1000, dumped: 1000 },
    ]);
    expect(manifest.files.map(({ name }) => name)).toEqual(["media"]);
  });

  it("change nothing at the second converge, and are nobody's find", async () => {
    const again = await vault.converge({}, { check: true });
    expect(again, again.stdout).toMatchObject({ code: statuses.done });
  });

  it("take a Compose project that people brought up, and name what of it is the machine's own (R79)", async () => {
    await vault.onHost(
      `mkdir -p /opt/errors/conf && cat >/opt/errors/compose.yml && cd /opt/errors &&
      docker compose -p errors up -d --wait`,
      byHand,
    );
    await vault.onHost(
      "docker exec errors-db-1 psql -qU postgres -c 'CREATE TABLE issue AS SELECT 1 AS n'",
    );
    vault.backups = [...vault.backups, backedUp("errors", { compose: "errors" })];
    vault.keys["errors"] = await vault.archives.writeOnlyKey("archives", "backups/errors/");
    expect(await vault.converge()).toMatchObject({ code: statuses.done });
    await vault.bringKey("errors");
    await vault.until("errors", (told) => told.lastTaken !== null);
    const manifest = await vault.manifest(await vault.taken("errors"));
    expect(manifest.databases[0]!.databases[0]).toMatchObject({
      name: "postgres",
      tables: [{ name: "issue", rows: 1 }],
    });
    expect(manifest.files.map(({ name }) => name)).toEqual(["home"]);
    expect(manifest.left_out).toContainEqual({
      what: "directory /opt/errors/conf",
      reason: "is the machine's own, and no volume of the project",
    });
  });

  it("are brought back in the place of what such a project has, after a backup of that (R79)", async () => {
    const psql = "docker exec -i errors-db-1 psql -XqAt -v ON_ERROR_STOP=1 -U postgres 2>&1";
    await vault.onHost(psql, everything);
    // Each line of what the server tells of all that it has, but for a word that is made up anew each time.
    const dumped = () =>
      vault.onHost("docker exec errors-db-1 pg_dumpall -U postgres | grep -av restrict | sort");
    const before = await dumped();
    const archive = await vault.taken("errors");
    const rows = () => vault.onHost("docker exec errors-db-1 psql -qAtU postgres -c 'TABLE issue'");
    await vault.onHost(
      `docker exec errors-db-1 psql -qU postgres -c 'INSERT INTO issue VALUES (2)'
      docker exec errors-db-1 psql -qU postgres -c 'CREATE TABLE newer ()'
      echo since >/var/lib/docker/volumes/errors_home/_data/since && echo kept >/opt/errors/conf/kept`,
    );
    const done = await vault.backup("restore errors --by ana", await vault.wish(archive));
    expect(done, `${done.stdout}${done.stderr}`).toMatchObject({ code: 0 });
    expect(done.stdout).toMatch(/stop: [^]*taken: backups\/errors\/[^]*start: [^]*restored: /);
    expect(await rows()).toBe("1\n");
    expect(done.stdout).not.toContain("note:");
    expect((await dumped()).split("\n")).toEqual(before.split("\n"));
    expect(
      await vault.onHost("ls /var/lib/docker/volumes/errors_home/_data /opt/errors/conf"),
    ).toMatch(/kept/);
    expect(await vault.onHost("ls /var/lib/docker/volumes/errors_home/_data")).not.toContain(
      "since",
    );
    // What was there is in the archive that was taken first.
    const { lastTaken } = await vault.told("errors");
    expect(lastTaken!.key).not.toBe(archive);
    const { databases } = await vault.manifest(lastTaken!.key!);
    const home = databases[0]!.databases.find(({ name }) => name === "postgres")!;
    const tables = home.tables.map(({ name, rows: count }) => [name, count]);
    expect(tables).toEqual([
      ["issue", 2],
      ["newer", 0],
    ]);
    await vault.onHost("cd /opt/errors && docker compose -p errors down");
    const none = await vault.backup("restore errors --by ana", await vault.wish(archive));
    expect(none).toMatchObject({ code: 1 });
    expect(none.stderr).toContain("Compose has no container of errors here");
    await vault.onHost("cd /opt/errors && docker compose -p errors down -v");
    vault.backups = vault.backups.slice(0, 1);
    expect(await vault.converge()).toMatchObject({ code: statuses.done });
  });

  it("name what of the machine's own cron looks like a backup, and nothing of its line (R36)", async () => {
    await vault.onHost(
      "mkdir -p /etc/cron.d; echo '15 3 * * * root PGPASSWORD=tulip pg_dump app | lrzip' >/etc/cron.d/old",
    );
    const { stdout } = await vault.converge({}, { check: true });
    expect(stdout).toContain("note: cron: /etc/cron.d/old, line 1, looks like a backup");
    expect(stdout).not.toContain("tulip");
    await vault.onHost("rm /etc/cron.d/old");
    expect((await vault.converge({}, { check: true })).stdout).not.toContain("looks like a backup");
  });

  it("have every database that the application made since (R29)", async () => {
    await vault.sql("shop", customers);
    const key = await vault.taken("shop");
    const { databases } = await vault.manifest(key);
    expect(databases[0]!.databases.map(({ name }) => name)).toEqual([
      "app",
      "postgres",
      "tenant_alder",
      "tenant_birch",
    ]);
    expect(databases[0]!.roles).toContain("tenant");
  });

  it("are encrypted where two keys of age are declared, and each of them opens an archive", async () => {
    const pair = () => vault.onHost("docker exec berth-backup-shop age-keygen 2>/dev/null");
    const pairs = [await pair(), await pair()];
    const recipients = pairs.map((text) => /age1[0-9a-z]+/.exec(text)![0]);
    vault.backups = [backedUp("shop", { recipients })];
    expect(await vault.converge()).toMatchObject({ code: statuses.done });
    const archive = await vault.bytes(await vault.taken("shop"));
    expect(archive.toString("latin1")).toMatch(/^age-encryption\.org\/v1\n/);
    expect(archive.toString("latin1")).not.toContain("LRZI");
    for (const identity of pairs) {
      const keep = `docker exec -i berth-backup-shop python3 -c 'import sys; open("/tmp/key", "w").write(sys.stdin.read())'`;
      await vault.onHost(keep, identity);
      const opened = await vault.onHost(
        "base64 -d | docker exec -i berth-backup-shop age -d -i /tmp/key | base64 -w0",
        archive.toString("base64"),
      );
      expect(membersOf(Buffer.from(opened, "base64"))).toContain("databases/db/tenant_alder.sql");
    }
  });
});
