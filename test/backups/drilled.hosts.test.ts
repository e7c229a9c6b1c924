import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { statuses } from "../../components/machine/script";
import { drillPolicy } from "../../components/backups/read-policy";
import { readDrillKey } from "../../operations/backups/evidence";
import { tryRun } from "../../packages/local-cloud/hosts/process";
import { rounds } from "../hosts/killing";
import { site } from "../machine/front";
import { delivery } from "../machine/quay";
import { backedUp, dataProject, Vault } from "../machine/vault";
import { dockerBy } from "../operations/backups/remote-docker";
import { declare, rds } from "./declared";

/** The client's own (R82). */
const client = { name: "client-archives", region: "us-east-1", account: "222233334444" };

/** A project whose database is elsewhere. */
const withoutDatabase = {
  ...dataProject,
  "docker-compose.yml": `services:
  nginx:
    image: python:3
    command: ["python3", "-m", "http.server", "8000"]
    stop_signal: SIGKILL
`,
};

/** A server as RDS gives it: the account of its people is no superuser, and one database is Amazon's own. */
const managed = (password: string) => `
CREATE ROLE ${rds.user} LOGIN CREATEDB CREATEROLE PASSWORD '${password.replaceAll("'", "''")}';
CREATE DATABASE rdsadmin;
REVOKE CONNECT ON DATABASE rdsadmin FROM PUBLIC;
CREATE DATABASE app OWNER ${rds.user};
\\c app
SET ROLE ${rds.user};
CREATE TABLE visit AS SELECT n AS id, md5(n::text) AS body FROM generate_series(1, 1000) n;
CREATE TABLE member AS SELECT 1 AS id;
`;

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
    vault.sites = [
      site("shop", 18_016, { serve: ["shop.example.org"], redirect: [] }),
      site("club", 18_017, { serve: ["club.example.org"], redirect: [] }),
    ];
    const place = { bucket: client.name, owner: client.account };
    const { host, user, image } = rds;
    const over = { kind: "postgres", rds: { host, port: 5432, user, image } };
    vault.backups = ["shop", "club"].map((slug) =>
      backedUp(slug, { at: ["23:59"], ...place, ...(slug === "club" ? over : {}) }),
    );
    await vault.prepare();
    const prefixes = vault.backups.map(({ prefix }) => prefix);
    await vault.archives.clientBucket(client.name, client.account, prefixes);
    for (const { slug, prefix } of vault.backups)
      vault.keys[slug] = await vault.archives.writeOnlyKey(client.name, prefix);
    const health = { path: "/", seconds: 60 };
    await vault.open([delivery("shop", 18_016, { health }), delivery("club", 18_017, { health })]);
    await vault.commit("shop", dataProject);
    await vault.bringKey("shop");
    const done = await vault.site("deploy shop");
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    const keyFile = join(directory, "drill.pem");
    const pair = generateKeyPairSync("ed25519");
    writeFileSync(keyFile, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
    declare(directory, readDrillKey(keyFile).public, { client, withRds: true });
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
      `ALTER SYSTEM SET timezone = 'America/Toronto'; SELECT pg_reload_conf();
      CREATE TABLE happened AS SELECT timestamptz '2026-07-01 12:00 UTC' AS at, '\\xff'::bytea AS face;
      ALTER DATABASE app SET bytea_output = 'escape'; GRANT SELECT ON happened TO PUBLIC;
      ALTER TABLE happened ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON happened USING (at > now());
      CREATE DATABASE ordered TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'fr-CA' LOCALE 'C.UTF-8';`,
    );
    await vault.sql(
      "shop",
      "CREATE TABLE odd (\"a \"\"b\" text); INSERT INTO odd VALUES (E'\\\\.\\n\\t'), (NULL); CREATE SEQUENCE s; SELECT lo_from_bytea(0, 'x')",
    );
    await vault.taken("shop");
    const done = await berth("drill", "shop");
    expect(done.stdout, done.stderr).toMatch(/^shop: proven: 3 tables, 1003 rows, /);
    expect(done.stdout).not.toContain("note:");
    expect(done.code).toBe(0);
    const reported = await berth("drill", "--report", "shop");
    expect(reported.stdout).toMatch(/shop .* proven +1003 /);
    expect(reported.code).toBe(0);
  });

  it("of a server over the network, which no container of the project is, is proven alike", async () => {
    const password = "p$ss 'wörd\"";
    await vault.onHost(
      `mkdir /root/tls && cd /root/tls && openssl req -new -x509 -days 2 -nodes -subj /CN=rds -addext subjectAltName=DNS:club.rds.example -keyout key -out cert 2>&1 &&
      chown 999 key && chmod 600 key && docker network create far && cat >first.sql &&
      docker run -d --name far --network far -e POSTGRES_PASSWORD=root -v /root/tls:/tls:ro -v /root/tls/first.sql:/docker-entrypoint-initdb.d/first.sql:ro \
        postgres:17 -c ssl=on -c ssl_cert_file=/tls/cert -c ssl_key_file=/tls/key
      timeout 60 sh -c 'until docker exec far pg_isready -q -h 127.0.0.1; do sleep 0.3; done'
      echo "$(docker inspect -f '{{.NetworkSettings.Networks.far.IPAddress}}' far) club.rds.example" >>/etc/hosts`,
      managed(password),
    );
    // Nobody comes in without encryption, as where a parameter group of RDS demands it.
    await vault.onHost(
      `docker exec -u postgres far sh -c 'sed -i "s/^host all all all/hostssl all all all/" $PGDATA/pg_hba.conf && pg_ctl reload'`,
    );
    await vault.commit("club", withoutDatabase);
    const done = await vault.site("deploy club");
    expect(done, done.stdout).toMatchObject({ code: 0 });
    const short = await vault.backup("key club", JSON.stringify(vault.keys["club"]));
    expect(short).toMatchObject({ code: 65 });
    expect(short.stderr).toContain("accessKeyId and secretAccessKey and serverPassword");
    const bring = (serverPassword: string) =>
      vault.backup("key club", JSON.stringify({ ...vault.keys["club"], serverPassword }));
    expect(await bring("wrong")).toMatchObject({ code: 0 });
    const refused = await vault.backup("run club --by ana");
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stdout).toMatch(/^failed: rds: club\.rds\.example is not read: .*password/m);
    expect(await bring(password)).toMatchObject({ code: 0 });
    const run = await vault.backup("run club --by ana");
    expect(run, run.stdout).toMatchObject({ code: 0 });
    expect(run.stdout + (await vault.onHost("ps -eo args"))).not.toContain("wörd");
    expect(await vault.onHost("docker ps -aq --filter name=berth-rds")).toBe("");
    const drilled = await berth("drill", "club");
    expect(drilled.stdout, drilled.stderr).toMatch(/^club: proven: 2 tables, 1001 rows, /);
    // By declared authorities it is known whose certificate the server shows.
    const own = await vault.onHost("cat /root/tls/cert");
    const other = await vault.onHost(
      "openssl req -new -x509 -days 2 -nodes -subj /CN=rds -addext subjectAltName=DNS:club.rds.example -keyout /dev/null 2>/dev/null",
    );
    const [shop, club] = vault.backups;
    const verified = { ...club!.rds!, authorities: "ops/rds.pem" };
    vault.backups = [shop!, { ...club!, rds: verified }];
    expect(await vault.converge()).toMatchObject({ code: statuses.done });
    const absent = await vault.backup("run club --by ana");
    expect(absent.stdout).toMatch(
      /^failed: rds: ops\/rds\.pem: is no file of the version that serves/m,
    );
    for (const [authorities, code] of [
      [other, 1],
      [own, 0],
    ] as const) {
      // `cat`, since what comes on standard input may be a socket, which nothing opens by a path.
      const lay = "mkdir -p /srv/berth/club/ops && cat >/srv/berth/club/ops/rds.pem";
      await vault.onHost(lay, authorities);
      const judged = await vault.backup("run club --by ana");
      expect(judged, judged.stdout).toMatchObject({ code });
      if (code === 1) expect(judged.stdout).toMatch(/^failed: rds: .*certificate verify failed/m);
    }
    // What its account may not read is no backup without it.
    await vault.onHost("docker exec far psql -qU postgres app -c 'CREATE TABLE hidden ()'");
    const hidden = await vault.backup("run club --by ana");
    expect(hidden).toMatchObject({ code: 1 });
    expect(hidden.stdout).toMatch(/^failed: .*permission denied for table hidden/m);
    await vault.onHost("docker rm -f far");
    const away = await vault.backup("run club --by ana");
    expect(away.stdout).toMatch(/^failed: rds: club\.rds\.example is not read: /m);
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
      expect(done.stdout, done.stderr).toMatch(/^shop: proven: 4 tables/);
    }
    expect(Number(await vault.sql("shop", "SELECT count(*) FROM hit"))).toBeGreaterThan(1000);
  });
});
