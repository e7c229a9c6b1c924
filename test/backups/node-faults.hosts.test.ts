import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { statuses } from "../../components/machine/script";
import { rounds } from "../hosts/killing";
import { site } from "../machine/front";
import { delivery } from "../machine/quay";
import { backedUp, dataProject, membersOf, Vault } from "../machine/vault";

/** Takes so long that a run can be met at work. */
const rows = `DROP TABLE IF EXISTS bulk;
CREATE TABLE bulk AS SELECT n, md5(n::text) || md5((n * 7)::text) AS body FROM generate_series(1, 200000) n;`;

describe("a project's backups when something goes wrong", () => {
  const vault = new Vault();
  const archives = async () =>
    (await vault.stored("shop")).filter((key) => key.endsWith(".tar.lrz"));
  /** A run that fails; what it says. Nothing is there under its name. */
  const failed = async () => {
    const before = await archives();
    const done = await vault.backup("run shop --by ana");
    expect(done, done.stdout).toMatchObject({ code: 1 });
    expect(await archives()).toEqual(before);
    expect(await vault.told("shop")).toMatchObject({ last: { verdict: "failed" }, running: null });
    return /^failed: .*$/m.exec(done.stdout)![0];
  };
  /** The database's own pg_dump gives way to a script while something is done. */
  const withDump = async (script: string, act: () => Promise<void>) => {
    const inside = (text: string) => vault.onHost(`docker exec -i -u root shop-db-1 bash -e`, text);
    const program = "/usr/local/bin/pg_dump";
    await inside(`mv ${program} ${program}.real
cat >${program} <<'SCRIPT'
#!/bin/bash
set -o pipefail
real() { ${program}.real "$@"; }
case " $* " in *--version*) real "$@"; exit ;; esac
${script}
SCRIPT
chmod 755 ${program}`);
    try {
      await act();
    } finally {
      await inside(`mv ${program}.real ${program}`);
    }
  };

  beforeAll(async () => {
    vault.sites = [site("shop", 18_016, { serve: ["shop.example.org"], redirect: [] })];
    vault.backups = [backedUp("shop")];
    await vault.prepare();
    await vault.open([delivery("shop", 18_016, { health: { path: "/", seconds: 60 } })]);
    await vault.bringKey("shop");
    await vault.commit("shop", dataProject);
    expect(await vault.site("deploy shop")).toMatchObject({ code: 0 });
    await vault.until("shop", (told) => told.lastTaken !== null);
  });
  afterAll(() => vault.close());

  it("are one where two are asked for at once", async () => {
    await vault.sql("shop", rows);
    const before = await archives();
    const both = await Promise.all([vault.backup("run shop"), vault.backup("run shop")]);
    const said = both.map(({ stdout }) => stdout).join("\n");
    expect(
      both.map(({ code }) => code),
      said,
    ).toEqual([0, 0]);
    const [one, other] = both.map(({ stdout }) => /taken: (\S+)/.exec(stdout)?.[1]);
    expect(one, said).toContain("backups/shop/");
    expect(other, said).toBe(one);
    expect(await archives()).toHaveLength(before.length + 1);
  });

  it("leave no half archive when they are killed, and the next one succeeds", async () => {
    await vault.onHost("docker exec shop-nginx-1 sh -c 'echo kept >/media/upload'");
    vault.backups = [backedUp("shop", { consistency: "pause" })];
    expect(await vault.converge()).toMatchObject({ code: statuses.done });
    const waits: number[] = [];
    for (let round = 0; round < 10; round++) {
      const run = vault.backup("run shop");
      waits.push(randomInt(200, 5_000));
      await sleep(waits.at(-1));
      // The run alone, or the container with all that is in it.
      const target = round % 2 === 0 ? "backup now shop" : "backup serve shop";
      await vault.exec(`pkill -9 -f 'lib/berth/${target}'`);
      await run;
      expect((await vault.sql("shop", "SELECT count(*) FROM bulk")).trim()).toBe("200000");
    }
    const key = await vault.taken("shop");
    for (const each of await archives()) {
      const members = membersOf(await vault.bytes(each));
      expect(members.at(-1), `${each}, killed after ${waits.join(", ")} ms`).toBe("manifest.json");
      expect(members).toContain("databases/db/app.sql");
    }
    expect((await vault.manifest(key)).files).toMatchObject([{ name: "media", changed: [] }]);
    // What was paused goes on, and the server has nothing left of any of them.
    const states =
      "docker ps --filter status=paused -q; docker top shop-db-1 | grep -c '[p]g_dump' || true";
    expect(await vault.onHost(states)).toBe("0\n");
    const past = await vault.onHost("cat /var/lib/berth/backups/shop/history.jsonl");
    expect(past).toContain("was cut off before its end");
  });

  it("go on with what a killed one had stopped", async () => {
    const run = vault.backup("run shop");
    await vault.onHost(
      "timeout 60 bash -c 'until docker ps --filter status=paused -q | grep -q .; do sleep 0.1; done'",
    );
    await vault.onHost("pkill -9 -f 'lib/berth/backup serve shop'");
    await run;
    await vault.onHost(
      "timeout 60 bash -c 'while docker ps --filter status=paused -q | grep -q .; do sleep 0.2; done'",
    );
    expect(await vault.visitStatus(18_016)).toBe("200");
    vault.backups = [backedUp("shop")];
    await vault.converge();
  });

  it("wait while S3 is away", async () => {
    const rule = "OUTPUT -p tcp --dport 443 -j REJECT --reject-with tcp-reset";
    // Nobody's session lasts as long as S3 may be away.
    await vault.onHost(`iptables -I ${rule}
      setsid bash -c 'berth-backup run shop; echo "ended with $?"' </dev/null >/root/said 2>&1 &`);
    await sleep(rounds(12_000, 300_000));
    expect((await vault.told("shop")).running).not.toBeNull();
    await vault.onHost(`iptables -D ${rule}
      timeout 240 bash -c 'until grep -q "^ended" /root/said; do sleep 0.5; done'`);
    expect(await vault.onHost("cat /root/said")).toMatch(/^taken: [^]*^ended with 0$/m);
  });

  it("fail loudly where a dump is not whole (R34)", async () => {
    await withDump('real "$@" | head -c 20000000; exit 1', async () => {
      expect(await failed()).toContain("db: the database app: pg_dump failed");
    });
    await withDump('real "$@" | sed "/^COPY public.visit /,/^\\\\\\\\\\.$/d"', async () => {
      expect(await failed()).toContain(
        "db: the database app: the dump lacks the table public.visit",
      );
    });
    await withDump('real "$@" | sed "/^7\\\\t/d"', async () => {
      expect(await failed()).toMatch(
        /the dump has \d+ rows of the table public\.\w+, the snapshot \d+/,
      );
    });
    await withDump("exit 0", async () => {
      expect(await failed()).toContain("the dump lacks the table");
    });
  });

  it("fail where much is gone, unless that is declared, and tell a database that went", async () => {
    await vault.sql("shop", "CREATE DATABASE tenant");
    await vault.taken("shop");
    await vault.sql("shop", "DROP DATABASE tenant");
    await vault.taken("shop");
    expect((await vault.told("shop")).lastTaken).toMatchObject({
      notes: ["db: the database tenant was in the archive before and is not there any more"],
    });
    await vault.sql("shop", "TRUNCATE bulk");
    expect(await failed()).toMatch(
      /db: the database app shrank from \d+ to \d+ bytes, below the share 0\.5/,
    );
    vault.backups = [backedUp("shop", { shrink: 0 })];
    await vault.converge();
    await vault.taken("shop");
    await vault.sql("shop", "DROP TABLE bulk, visit");
    expect(await failed()).toContain("is empty: no database holds a table");
    await vault.sql("shop", dataProject["first.sql"]!);
  });

  it("fail with another's key, and take the right one as soon as it is brought", async () => {
    const { accessKeyId } = vault.keys["shop"]!;
    await vault.bringKey("shop", { accessKeyId, secretAccessKey: "x".repeat(40) });
    expect(await failed()).toMatch(/S3 refused: .*run the update, which delivers it/);
    await vault.bringKey("shop");
    await vault.taken("shop");
    const refused = await vault.backup("key shop", '{"secretAccessKey": "tulip"}');
    expect(refused).toMatchObject({ code: 65 });
    expect(refused.stdout + refused.stderr).not.toContain("tulip");
  });

  it("fail where the disk is full, and go on once there is room", async () => {
    const state = "/var/lib/berth/backups/shop";
    await vault.onHost(`docker stop -t 1 berth-backup-shop && cp -a ${state} /root/state &&
      mount -t tmpfs -o size=64k,mode=700 tmpfs ${state} && cp -a /root/state/status.json /root/state/lock ${state}/ &&
      docker start berth-backup-shop && { head -c 1M /dev/zero >${state}/filler || true; }`);
    const done = await vault.backup("run shop");
    expect(done.code).not.toBe(0);
    await vault.onHost(`rm ${state}/filler`);
    await vault.taken("shop");
    await vault.onHost(
      `docker stop -t 1 berth-backup-shop; umount ${state}; docker start berth-backup-shop`,
    );
  });

  it("have nothing of a project that leaves, and its key least of all", async () => {
    const before = vault.backups;
    vault.backups = [];
    expect(await vault.converge()).toMatchObject({ code: statuses.done });
    const left = await vault.onHost(
      "docker ps -aq --filter name=berth-backup; find /etc/berth /var/lib/berth/aside -name 'credential*'; grep -rl 'secretAccessKey' /etc/berth /var/lib/berth || true",
    );
    expect(left).toBe("");
    vault.backups = before;
    expect(await vault.converge()).toMatchObject({ code: statuses.done });
    await vault.bringKey("shop");
    await vault.taken("shop");
  });

  it("do not put a blank in front of what another machine left", async () => {
    await vault.onHost(
      "docker stop -t 1 berth-backup-shop; rm /var/lib/berth/backups/shop/status.json; docker start berth-backup-shop",
    );
    await vault.until("shop", ({ awaits }) => awaits === "recovery");
    const before = await archives();
    const done = await vault.backup("run shop");
    expect(done.code).toBe(1);
    expect(done.stdout).toContain("berth recover shop");
    expect(await archives()).toEqual(before);
  });
});
