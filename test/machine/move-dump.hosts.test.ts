import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { mongoImage } from "./mongo";
import { Leaver, movedProject, Taker } from "./pair";
import type { Files } from "./quay";

/** The same with MongoDB beside. */
const project: Files = {
  ...movedProject,
  "docker-compose.yml": movedProject["docker-compose.yml"]!.replace(
    "volumes: {pgdata: {}",
    `  mongo:
    image: mongo:7
    stop_signal: SIGTERM
    volumes: ["documents:/data/db"]
    restart: always
volumes: {documents: {}, pgdata: {}`,
  ),
};

interface Loaded {
  readonly freeze: string;
  readonly databases: Readonly<Record<string, { readonly rows?: number; documents?: number }>>;
  readonly seconds: Readonly<Record<string, number>>;
}

/** What takes long besides; see `npm run soak`. */
const soak = Boolean(process.env["BERTH_SOAK"]);

describe("a project whose databases are dumped there and loaded here", () => {
  const old = new Leaver();
  const next = new Taker(old);
  const inMongo = (at: Leaver, command: string, input = "") =>
    at.onHost(`docker exec -i shop-mongo-1 ${command} 2>&1`, input);
  const documents = async (at: Leaver, database = "app") =>
    (await inMongo(at, `mongodump --quiet --archive --db ${database}`)).split("alder ").length - 1;
  const offered = async (from: Leaver, to: Leaver) => {
    const { key } = await to.verb("key");
    const told = { key, address: to.address, way: "dump" };
    const offer = await from.verb("offer", JSON.stringify(told));
    return JSON.stringify({ ...offer, address: from.address, hostKey: from.key });
  };
  const load = async (frozen: unknown, at: Leaver = next) => {
    const { databases } = frozen as { databases: { db: { position: string } } };
    const told = JSON.stringify({ freeze: databases.db.position });
    return (await at.verb("load", told)) as unknown as Loaded;
  };

  beforeAll(async () => {
    await old.open(old.deliveries);
    await next.come();
    await Promise.all([mongoImage(old), mongoImage(next)]);
    await Promise.all([old.deliver(project), next.deliver(project)]);
    await old.sql(`SELECT setval('ticket', 4711);
      SELECT lo_from_bytea(4242, decode(repeat('62657274', 5000), 'hex'));
      CREATE ROLE reports LOGIN PASSWORD 'invented'; CREATE TABLE "Odd ""one" (t text);
      INSERT INTO "Odd ""one" VALUES (E'tab\\tand\\nline'), (E'\\\\.'), (NULL); CREATE DATABASE birch;
      ALTER DATABASE birch SET timezone TO 'America/Toronto';`);
    const lines = Array.from({ length: 2000 }, (_, n) => `{"_id": ${n}, "body": "alder ${n}"}`);
    await inMongo(old, "mongoimport --quiet --db app --collection note", lines.join("\n"));
  }, 900_000);
  afterAll(() => old.yard.clear());

  it("is followed by nothing, and moves by no other way than was begun with", async () => {
    expect(await next.refused("load", "{}")).toContain("comes to this machine by no dump");
    const offer = await offered(old, next);
    expect((await next.verb("follow", offer)).databases).toEqual({});
    expect(await next.verb("status")).toMatchObject({ role: "target", phase: "following" });
    const { key } = await next.verb("key");
    const other = JSON.stringify({ key, address: next.address });
    expect(await old.refused("offer", other)).toContain("is moving by dump");
    const failed = await next.exec("berth-move load shop", "{}");
    expect(failed.stderr).toContain("the other machine: shop: is not frozen");
    // What was delivered here serves nobody, and its workers write to nothing that goes away.
    expect(await next.onHost("docker ps --format '{{.Names}}' | grep shop- | sort")).toBe(
      "shop-db-1\nshop-mongo-1\n",
    );
  });

  it("goes on where it was, with every row, when it is thawed after a load", async () => {
    const frozen = await old.verb("freeze --seconds 300 --closed");
    for (const service of ["db", "mongo"]) {
      const started = await old.exec(`docker start shop-${service}-1`);
      expect(started.code, `${service} was started`).not.toBe(0);
    }
    await next.exec("timeout -s KILL 3 berth-move load shop", JSON.stringify({ freeze: "0" }));
    const { databases } = await load(frozen);
    expect(databases["mongo"]).toMatchObject({ documents: 2000 });
    expect(
      await next.refused("promote", JSON.stringify(await old.verb("freeze --seconds 300"))),
    ).toContain("is not sealed");
    await old.verb("thaw");
    await old.goesOn();
    expect(await documents(old)).toBe(2000);
    expect(await old.verb("status")).toMatchObject({ phase: "serving", marker: null });
    await old.allThere(await old.acknowledged());
    expect(await old.onHost("docker ps -aq --filter label=berth=apart")).toBe("");
    // The blank of the first delivery is what is there.
    expect(await next.sql("SELECT count(*) FROM pg_database WHERE datname = 'birch'")).toBe("0\n");
    expect(await documents(next)).toBe(0);
  });

  it.runIf(soak)("undoes a freeze that nobody goes on with", async () => {
    await old.verb("freeze --seconds 20");
    for (let round = 0; (await old.verb("status")).phase !== "serving" && round < 200; round++)
      await sleep(300);
    await old.goesOn();
  });

  it("moves with every row and document that was acknowledged", async () => {
    const before = Date.now();
    const frozen = await old.verb("freeze --seconds 300");
    const held = Date.now();
    const loaded = await load(frozen);
    const done = Date.now();
    const sealed = await old.verb("seal");
    const mongo = sealed.databases as unknown as Record<string, { position: string }>;
    expect(mongo["mongo"]!.position).toBe(loaded.freeze);
    const other = JSON.stringify(sealed).replaceAll(loaded.freeze, "0".repeat(24));
    expect(await next.refused("promote", other)).toContain("is not of the freeze that was sealed");
    const from = Date.now();
    const promoted = await next.verb("promote", JSON.stringify(sealed));
    expect(promoted).toMatchObject({ healthy: true });
    const bytes = await next.sql("SELECT sum(pg_database_size(oid)) FROM pg_database");
    console.log(
      `freeze ${held - before} ms ${JSON.stringify(frozen.seconds)}, load ${done - held} ms ${JSON.stringify(loaded.seconds)}, promote ${Date.now() - from} ms ${JSON.stringify(promoted.seconds)}; ${bytes.trim()} bytes`,
    );
    expect(await next.refused("renounce")).toContain("was promoted here and serves");
    await next.allThere(await old.acknowledged());
    await next.goesOn();
    expect(await next.sql("SELECT last_value FROM ticket")).toBe("4711\n");
    expect(await next.sql("SELECT md5(lo_get(4242))")).toBe(
      await next.sql("SELECT md5(decode(repeat('62657274', 5000), 'hex'))"),
    );
    expect(await next.sql("SELECT count(*) FROM pg_roles WHERE rolname = 'reports'")).toBe("1\n");
    expect(await next.sql("SHOW timezone", "birch")).toBe("America/Toronto\n");
    expect(await documents(next)).toBe(2000);
  });

  it("leaves the old machine what it had, which nobody can start", async () => {
    expect(await old.refused("thaw")).toContain("the other machine may serve it");
    await old.verb("return", JSON.stringify({ address: next.address }));
    expect(await old.refused("thaw --never-promoted")).toContain("the other machine serves it");
    expect((await old.exec("docker start shop-db-1")).code).not.toBe(0);
    await old.verb("down");
    await old.verb("end");
    await next.verb("end");
    const volumes = "/var/lib/docker/volumes";
    expect(
      await old.onHost(`ls -d ${volumes}/shop_{pgdata,documents}/_data.berth-moved-* | wc -l`),
    ).toBe("2\n");
    expect(
      await next.onHost(
        `ls ${volumes}/shop_documents ${volumes}/shop_pgdata | grep berth; docker ps -aq --filter label=berth=apart; systemctl list-unit-files 'berth-*shop*' --no-legend | cat`,
      ),
    ).toBe("");
    expect(await next.sql("SELECT datname FROM pg_database WHERE datname ~ 'berth'")).toBe("");
    await next.goesOn();
  });

  it.runIf(soak)("comes back the same way, and goes again before that has ended", async () => {
    const move = async (from: Leaver, to: Leaver) => {
      await to.verb("follow", await offered(from, to));
      const loaded = await load(await from.verb("freeze --seconds 300"), to);
      const sealed = await from.verb("seal");
      expect(await to.verb("promote", JSON.stringify(sealed))).toMatchObject({ healthy: true });
      await from.verb("return", JSON.stringify({ address: to.address }));
      // What a machine wrote before the project came to it went aside with its own database.
      const written = await from.acknowledged();
      const since = (writer: string) => Number(writer.split("-")[1]);
      const writer = [...written.keys()].sort((one, two) => since(one) - since(two)).at(-1)!;
      await to.allThere(new Map([[writer, written.get(writer)!]]));
      await to.goesOn();
      expect(await documents(to)).toBe(2000);
      return loaded;
    };
    await old.onHost("berth-site deploy shop >&2");
    await move(next, old);
    await move(old, next);
    await old.verb("down");
    for (const each of [old, next]) await each.verb("end");
    await next.goesOn();
  });
});
