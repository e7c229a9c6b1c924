import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { drillPolicy } from "../../components/backups/read-policy";
import { readDrillKey } from "../../operations/backups/evidence";
import { tryRun } from "../../packages/local-cloud/hosts/process";
import { rounds } from "../hosts/killing";
import { site } from "../machine/front";
import { delivery } from "../machine/quay";
import { backedUp, dataProject, Vault } from "../machine/vault";
import { dockerBy } from "../operations/backups/remote-docker";
import { declare } from "./declared";

/** The client's own (R82). */
const client = { name: "client-archives", region: "us-east-1", account: "222233334444" };

describe("an archive that a node made, in the client's own bucket", () => {
  const vault = new Vault();
  const directory = mkdtempSync(join(tmpdir(), "berth-drilled-"));
  let env: NodeJS.ProcessEnv;

  const berth = (...command: readonly string[]) =>
    tryRun(
      [
        ...[process.execPath, "--import", "tsx"],
        ...[join(__dirname, "../operations/backups/as-person.ts"), directory, ...command],
      ],
      { env },
    );

  beforeAll(async () => {
    vault.sites = [site("shop", 18_016, { serve: ["shop.example.org"], redirect: [] })];
    const place = { bucket: client.name, owner: client.account };
    vault.backups = [backedUp("shop", { at: ["23:59"], ...place })];
    await vault.prepare();
    await vault.archives.clientBucket(client.name, client.account, ["backups/shop/"]);
    vault.keys["shop"] = await vault.archives.writeOnlyKey(client.name, "backups/shop/");
    await vault.open([delivery("shop", 18_016, { health: { path: "/", seconds: 60 } })]);
    await vault.commit("shop", dataProject);
    await vault.bringKey("shop");
    const done = await vault.site("deploy shop");
    expect(done, done.stdout).toMatchObject({ code: 0 });
    const keyFile = join(directory, "drill.pem");
    const pair = generateKeyPairSync("ed25519");
    writeFileSync(keyFile, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
    declare(directory, readDrillKey(keyFile).public, { client });
    const key = await vault.archives.keyWith(
      drillPolicy([{ bucket: client.name, prefix: "backups/", whole: false }]),
    );
    const visit = { login: "ana", address: vault.address, pinned: vault.key, mine: vault.yard.ana };
    env = {
      ...vault.archives.env(key),
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

  it("is proven by a drill, whose key can do that and no more (R34)", async () => {
    await vault.onHost(`cd /var/lib/docker/volumes/shop_media/_data && mkdir -p deep/$'odd \\n name' &&
      echo one >one && ln -s one link && truncate -s 20M sparse && head -c 5000000 /dev/urandom >large &&
      cp one $'deep/odd \\n name/\\xff'`);
    await vault.sql(
      "shop",
      "CREATE TABLE odd (\"a \"\"b\" text); INSERT INTO odd VALUES (E'\\\\.\\n\\t'), (NULL); CREATE SEQUENCE s; SELECT lo_from_bytea(0, 'x')",
    );
    await vault.taken("shop");
    const done = await berth("drill", "shop");
    expect(done.stdout, done.stderr).toMatch(/^shop: proven: 2 tables, 1002 rows, /);
    expect(done.stdout).not.toContain("note:");
    expect(done.code).toBe(0);
    const reported = await berth("drill", "--report");
    expect(reported.stdout).toMatch(/shop .* proven +1002 /);
    expect(reported.code).toBe(0);
  });

  it("is proven again and again while hundreds of rows a second are written", async () => {
    await vault.sql(
      "shop",
      "CREATE TABLE hit (id bigserial PRIMARY KEY, at timestamptz DEFAULT now())",
    );
    await vault.onHost(
      `docker exec -d shop-db-1 sh -c 'while :; do for i in $(seq 50); do echo "INSERT INTO hit DEFAULT VALUES;"; done; sleep 0.25; done | psql -q -U keeper app'`,
    );
    for (let round = 0; round < rounds(3, 20); round++) {
      await vault.taken("shop");
      const done = await berth("drill", "shop");
      expect(done.stdout, done.stderr).toMatch(/^shop: proven: 3 tables/);
    }
    expect(Number(await vault.sql("shop", "SELECT count(*) FROM hit"))).toBeGreaterThan(1000);
  });
});
