import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Leaver, Taker } from "./pair";

interface Survey {
  readonly databases: readonly {
    readonly largeObjects: number;
    readonly logins: readonly string[];
  }[];
}

describe("a project's database that moves to another machine", () => {
  const old = new Leaver();
  const next = new Taker(old);

  /** What the one machine offers the other, as the other is told it. */
  const offered = async (from: Leaver, to: Leaver) => {
    const { key } = await to.verb("key");
    const offer = await from.verb("offer", JSON.stringify({ key, address: to.address }));
    return { ...offer, address: from.address, hostKey: from.key };
  };

  beforeAll(async () => {
    await old.open(old.deliveries);
    await Promise.all([old.deliver(), next.come().then(() => next.deliver())]);
    await old.sql(`SELECT setval('ticket', 4711);
      SELECT lo_from_bytea(4242, decode(repeat('62657274', 5000), 'hex'));
      CREATE ROLE reports LOGIN SUPERUSER PASSWORD 'invented';`);
  }, 900_000);
  afterAll(() => old.yard.clear());

  it("is told of before anything is touched", async () => {
    const { databases } = (await old.verb("survey")) as unknown as Survey;
    expect(databases).toMatchObject([
      { service: "db", kind: "postgres", major: 17, unmovable: [], unfenced: [], sequences: 2 },
    ]);
    expect(databases[0]!.largeObjects).toBe(1);
    expect(databases[0]!.logins).toContain("keeper");
    await old.sql(`CREATE UNLOGGED TABLE "visits now" AS SELECT 1 AS n;
      SELECT pg_create_physical_replication_slot('reports', true);`);
    expect((await old.verb("survey")).databases).toMatchObject([
      {
        unmovable: [
          'its unlogged tables hold rows that no server which follows gets (app: public."visits now"); have them logged (ALTER TABLE … SET LOGGED)',
        ],
        slots: ["reports"],
      },
    ]);
    await old.sql(`TRUNCATE "visits now"; SELECT pg_drop_replication_slot('reports');`);
  });

  it("is copied once the copy is safe, and followed", async () => {
    const offer = await offered(old, next);
    const db = offer.database.db;
    const other = (changes: object) =>
      JSON.stringify({ ...offer, database: { db: { ...db, ...changes } } });
    expect(await next.refused("follow", other({ imageId: "sha256:0" }))).toContain(
      "a copy is safe with the same image alone",
    );
    expect(await next.refused("follow", other({ system: "7999999999999999999" }))).toContain(
      "its data here is older than that of the other machine",
    );
    expect(
      await next.refused("promote", '{"databases": {"db": {"position": "0/1", "sealed": "now"}}}'),
    ).toContain("db: follows nothing here");
    expect(await next.verb("status")).toMatchObject({ role: "none", marker: null });

    const followed = await next.verb("follow", JSON.stringify(offer));
    expect(followed.databases.db).toMatchObject({ streaming: true, timeline: 1 });
    // Again, it is what it was.
    expect((await next.verb("follow", JSON.stringify(offer))).databases.db.streaming).toBe(true);
    expect(await next.onHost("docker ps --format '{{.Names}}' | grep -x 'shop-.*'")).toBe(
      "shop-db-1\n",
    );
    const refusal = await next.exec(
      "docker exec shop-db-1 psql -U keeper app -c 'SET default_transaction_read_only = off' -c 'CREATE TABLE wrong ()'",
    );
    expect(refusal.stderr).toContain("read-only transaction");
    // The password stands in no log and no list of processes, and in files of their own alone.
    const said = await old.exec(
      'read -r secret; { docker logs shop-db-1; journalctl -o cat; ps axww; } >/root/said 2>&1; grep -cF -- "$secret" /root/said',
      `${db.password}\n`,
    );
    expect(said.stdout.trim()).toBe("0");
  });

  it("is frozen for no login but by its own end, and goes on at the deadline by itself", async () => {
    await old.sql('INSERT INTO "visits now" VALUES (1)');
    expect(await old.refused("freeze --seconds 25")).toContain('app: public."visits now"');
    await old.sql('DROP TABLE "visits now"');
    const asked = Date.now();
    await old.verb("freeze --seconds 25");
    expect(await old.verb("status")).toMatchObject({ phase: "frozen", marker: { role: "frozen" } });
    // Who starts it gets one that no superuser writes to.
    await old.onHost("docker start shop-db-1 && sleep 2");
    const tried = await old.exec(`docker exec -u postgres shop-db-1 psql -XqAt -U reports app \
      -c 'SET default_transaction_read_only = off' -c "INSERT INTO ledger VALUES ('reports', 1)"`);
    expect(tried.stderr).toContain("cannot execute INSERT in a read-only transaction");
    expect((await old.exec("berth-move seal shop")).code).not.toBe(0);
    await sleep(Math.max(0, 25_000 - (Date.now() - asked)));
    await old.goesOn();
    for (let round = 0; (await old.verb("status")).phase !== "serving" && round < 100; round++)
      await sleep(200);
    expect(await old.verb("status")).toMatchObject({ phase: "serving", marker: null });
    // Said last, when all serves already.
    const undo = await old.onHost(
      "until journalctl -o cat -u berth-watch-shop | grep -o 'after .* s$'; do sleep 0.2; done",
    );
    console.log(`undo: ${undo.trim()}`);
    expect(
      await old.onHost(
        "docker inspect -f '{{.HostConfig.RestartPolicy.Name}}' shop-db-1 shop-worker-1",
      ),
    ).toBe("always\nalways\n");
    await old.allThere(await old.acknowledged());
  });

  it("is thawed or frozen all the same after a freeze that was killed", async () => {
    let seed = 20_261_130;
    for (let round = 0; round < 3; round++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      const after = (seed % 2_500) / 1_000;
      await old.exec(`berth-move freeze shop --seconds 90 >/dev/null 2>&1 & pid=$!
        until [ -e /var/lib/berth/moves/shop/fence.json ]; do sleep 0.02; done
        sleep ${after}; kill -KILL $pid`);
      const phase = await old.exec("cat /var/lib/berth/moves/shop/fence.json");
      console.log(`killed after ${after} s: ${/"phase": "\w+"/.exec(phase.stdout)?.[0]}`);
      if (round % 2 === 0) await old.verb("freeze --seconds 90");
      const { seconds } = await old.verb("thaw");
      console.log(`undone in ${JSON.stringify(seconds)} s`);
      await old.goesOn();
      expect(await old.verb("status")).toMatchObject({ phase: "serving", marker: null });
    }
    await old.allThere(await old.acknowledged());
  });

  it("stays where it is once the other machine renounced, and may move later", async () => {
    // The way back is laid while it serves, and its database has come up as a follower already.
    const { key } = await old.verb("key");
    const ahead = await next.verb("offer --back", JSON.stringify({ key, address: old.address }));
    const back = JSON.stringify({ ...ahead, address: next.address, hostKey: next.key });
    await old.verb("lay", back);
    expect(await old.refused("attach --synchronous", back)).toContain("is not sealed");
    await old.verb("freeze --seconds 60");
    const sealed = await old.verb("seal");
    await old.verb("attach --synchronous", back);
    await old.verb("attach --synchronous", back);
    await expect
      .poll(() => next.sql("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"))
      .toBe("1\n");
    expect(await old.refused("thaw")).toContain(
      "the other machine may serve it; renounce there first",
    );
    await next.verb("renounce");
    expect(await next.refused("promote", JSON.stringify(sealed))).toContain("was renounced");
    await old.verb("thaw --never-promoted");
    await old.goesOn();
    // What the first delivery had made there is back, and may be written to.
    const own = "SELECT count(*) > 0 FROM ledger WHERE writer = 'web'";
    await next.verb("end");
    expect(
      await next.onHost("docker ps -a --format '{{.Names}}' | grep -x 'shop-.*' || true"),
    ).toBe("");
    await next.onHost("berth-site deploy shop >&2");
    expect(await next.sql(`INSERT INTO ledger VALUES ('own', 1); ${own}`)).toBe("t\n");
    const offer = await offered(old, next);
    expect((await next.verb("follow", JSON.stringify(offer))).databases.db.streaming).toBe(true);
    expect(await next.sql("SELECT count(*) FROM ledger WHERE writer = 'own'")).toBe("0\n");
    expect(await next.verb("status")).toMatchObject({ role: "target", phase: "following" });
  });

  it("moves with every row that was acknowledged, and no login writes at two places", async () => {
    // A transaction that is open when it is frozen, and a superuser who comes back at once.
    const open = old.exec(`docker exec shop-db-1 psql -XqAt -v ON_ERROR_STOP=1 -U keeper app \
      -c "BEGIN" -c "INSERT INTO ledger VALUES ('open', 1)" -c "SELECT pg_sleep(30)" -c "COMMIT"`);
    const loop = old.exec(`n=0; end=$((SECONDS + 25)); while [ $SECONDS -lt $end ]; do n=$((n + 1))
      docker exec shop-db-1 psql -XqAt -v ON_ERROR_STOP=1 -U reports app -c "SET default_transaction_read_only = off" \
        -c "INSERT INTO ledger VALUES ('reports', $n)" >/dev/null 2>&1 && echo $n; done`);
    await sleep(1_500);
    const began = Date.now();
    const { databases: frozen } = await old.verb("freeze --seconds 60");
    const held = Date.now();
    const sealed = await old.verb("seal");
    expect(sealed.databases).toMatchObject(frozen);
    expect(await next.refused("promote", JSON.stringify({ databases: frozen }))).toContain(
      "the other machine is not sealed, so it may serve again by itself",
    );
    const at = sealed.databases.db.position;
    const behind = JSON.stringify({
      databases: { db: { ...sealed.databases.db, position: "0/1000028" } },
    });
    expect(await next.refused("promote", behind)).toContain("was sealed at 0/1000028, and here is");
    const from = Date.now();
    const promoted = await next.verb("promote", JSON.stringify(sealed));
    const done = Date.now();
    expect(promoted).toMatchObject({ databases: { db: { timeline: 2 } }, healthy: true });
    console.log(
      `freeze ${held - began} ms, seal ${from - held} ms (with a refused promote), promote ${done - from} ms: ${JSON.stringify(promoted.seconds)}; position ${at}`,
    );
    expect(await next.refused("renounce")).toContain("was promoted here and serves");
    const written = await old.acknowledged();
    console.log(`acknowledged: ${[...written.values()].flat().length}`);
    expect((await open).code).not.toBe(0);
    const reports = (await loop).stdout.trim().split("\n").map(Number);
    await next.allThere(new Map([...written, ["reports", reports]]));
    expect(await next.rows("open")).toEqual([]);
    await next.goesOn();
    const gap = await next.sql(
      "SELECT max(gap) FROM (SELECT at - lag(at) OVER (ORDER BY at) AS gap FROM ledger WHERE at > now() - interval '40 s') AS found",
    );
    console.log(`between the last row there and the first here: ${gap.trim()}`);
    expect(await next.sql("SELECT last_value FROM ticket")).toBe("4711\n");
    expect(await next.sql("SELECT md5(lo_get(4242))")).toBe(
      await next.sql("SELECT md5(decode(repeat('62657274', 5000), 'hex'))"),
    );
  });

  it("is read-only on the old machine, whoever starts it", async () => {
    await old.yard.machines.reboot(old.id);
    await old.yard.machines.ready(old.id, "booted");
    await old.onHost("docker version >/dev/null");
    expect(await old.onHost("docker ps --format '{{.Names}}' | grep -x 'shop-.*' || true")).toBe(
      "",
    );
    await old.onHost("docker start shop-db-1 && sleep 3");
    const write = `docker exec shop-db-1 psql -XqAt -U reports app -c "INSERT INTO ledger VALUES ('late', 1)"`;
    expect((await old.exec(write)).stderr).toContain("read-only transaction");
    await old.onHost("cd /srv/berth/shop && docker compose -p shop up -d db 2>&1 && sleep 3");
    expect((await old.exec(write)).stderr).toContain("read-only transaction");
    await old.onHost("docker update --restart=no shop-db-1 && docker stop shop-db-1");
  });

  it("is followed from where it was, and comes back the same way with what was written since", async () => {
    const began = Date.now();
    const offer = await offered(next, old);
    const back = await old.verb("return --synchronous", JSON.stringify(offer));
    console.log(`way back: ${Date.now() - began} ms with the offer`);
    expect(back.databases.db).toMatchObject({ streaming: true, timeline: 2 });
    expect(await old.refused("thaw --never-promoted")).toContain("the other machine serves it");
    const waitsFor = () =>
      next.sql("SELECT sync_state FROM pg_stat_replication WHERE usename = 'berth_move'");
    await expect.poll(waitsFor, { timeout: 30_000 }).toBe("sync\n");
    // One that died is waited for no longer than was stated.
    await old.onHost("docker update --restart=no shop-db-1 && docker kill shop-db-1");
    const dead = Date.now();
    await next.sql("INSERT INTO ledger VALUES ('alone', 1)");
    console.log(`acknowledged ${Date.now() - dead} ms after the other one died`);
    expect(Date.now() - dead).toBeLessThan(15_000);
    await old.onHost("docker start shop-db-1");
    await expect.poll(waitsFor, { timeout: 30_000 }).toBe("sync\n");

    expect((await old.verb("follow", JSON.stringify(offer))).databases.db.streaming).toBe(true);
    await next.verb("freeze --seconds 60");
    const killed = (words: string, after: number) =>
      `berth-move ${words} </root/said >/dev/null 2>&1 & pid=$!; sleep ${after}; kill -KILL $pid`;
    await next.exec(`touch /root/said; ${killed("seal shop", 0.3)}`);
    const sealed = await next.verb("seal");
    await old.onHost("cat >/root/said", JSON.stringify(sealed));
    await old.exec(killed("promote shop", 1.1));
    await old.exec(killed("promote shop", 2.3));
    const promoted = await old.verb("promote", JSON.stringify(sealed));
    expect(promoted).toMatchObject({ databases: { db: { timeline: 3 } }, healthy: true });
    // What it had written before it followed was put aside with its own database.
    const written = await next.acknowledged();
    const since = (writer: string) => Number(writer.split("-")[1]);
    const writer = [...written.keys()].sort((one, two) => since(one) - since(two)).at(-1)!;
    await old.allThere(new Map([[writer, written.get(writer)!]]));
    await old.allThere(await old.acknowledged());
    await old.goesOn();
  });

  it("ends with nothing left of the move in the database that serves", async () => {
    await old.verb("end");
    expect(
      await old.sql(`SELECT (SELECT count(*) FROM pg_roles WHERE rolname = 'berth_move'),
        (SELECT count(*) FROM pg_replication_slots), current_setting('primary_conninfo'),
        current_setting('max_slot_wal_keep_size'), current_setting('synchronous_standby_names')`),
    ).toBe("0|0||-1|\n");
    const data = "/var/lib/docker/volumes/shop_pgdata";
    expect(
      await old.onHost(
        `grep -l erth ${data}/_data/pg_hba.conf ${data}/_data/postgresql.auto.conf; ls ${data} ${data}/_data | grep berth; systemctl list-unit-files 'berth-*shop*' --no-legend | cat`,
      ),
    ).toBe("");
    await old.goesOn();
  });
});
