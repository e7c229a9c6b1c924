import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { statuses } from "../../components/machine/script";
import { site } from "../machine/front";
import { delivery } from "../machine/quay";
import { backedUp, dataProject, membersOf, Vault } from "../machine/vault";

const customers = readFileSync("test/backups/customers.sql", "utf8");

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
