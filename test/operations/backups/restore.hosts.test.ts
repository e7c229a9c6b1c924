import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { Manifest } from "../../../operations/backups/manifest";
import { BackupGround, hours, now } from "./ground";
import type { Archived, Faults } from "./origin";

const halfWay = readFileSync(join(__dirname, "half-way.sql"), "utf8");

/** The archive of a database whose dump loads in part where an extension is not. */
const loadsInPart = (text: string, extensions: readonly string[]): Faults => ({
  dump: (name, dump) => (name === "app" ? text : dump),
  manifest: ({ databases }: Manifest) => {
    const app = databases[0]!.databases.find(({ name }) => name === "app")!;
    const table = (name: string, rows: number) => {
      return { schema: "public", name, rows, dumped: rows, sha256: null };
    };
    Object.assign(app, {
      extensions: extensions.map((name) => ({ name, version: "1" })),
      tables: [table("contact", 2), table("invoice", 2), table("note", 1)],
      ...{ sequences: 0, largeObjects: 0, constraints: 3, indexes: 3 },
      ...{ views: 0, functions: 0, triggers: 0 },
    });
  },
});

describe("an archive that is restored", () => {
  const ground = new BackupGround();
  const { docker, origin, bucket, directory } = ground;
  let good: Archived;

  beforeAll(async () => {
    await ground.open({ scrub: "scrub.sql" });
    good = await origin.archive(hours(5));
  });
  afterAll(() => ground.close());
  beforeEach(() => bucket.empty());

  it("is listed with what is known of it", async () => {
    await ground.put(good);
    await bucket.put("backups/shop/2026-11-28T030000Z.tar.lrz", "x");
    const { out } = await ground.run(["restore", "shop", "--list"]);
    expect(out).toMatch(/^2026-11-28T030000Z +1 +unproven: no manifest +backups\/shop\//m);
    expect(out).toMatch(/^2026-11-29T030000Z +\d+ +unproven +backups\/shop\//m);
  });

  it("is there to be looked into, server and files", async () => {
    await ground.put(good);
    const done = await ground.run(["restore", "shop", "--to", "scratch", "--at", "2026-11-29"]);
    expect(done, done.out + done.said).toMatchObject({ code: 0 });
    expect(done.out).toContain("2026-11-29T030000Z.tar.lrz: is there, all of it");
    const psql = "docker exec berth-scratch-shop-db psql -XAtU postgres";
    expect(await docker.on(`${psql} app -c 'SELECT count(*) FROM customer'`)).toBe("3000\n");
    expect(
      await docker.on(
        "cat /var/lib/docker/volumes/berth-scratch-shop-uploads/_data/one.txt; ls -A /var/lib/docker/volumes/berth-scratch-shop-uploads/_data",
      ),
    ).toBe("one\ndeep\none.txt\n");
    const table = await ground.run(["restore", "shop", "--to", "scratch", "--table", "customer"]);
    expect(table, table.out + table.said).toMatchObject({ code: 0 });
    expect(table.out).toContain("app/public.customer: 3000 rows, all of them");
    const counts = `SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM "Odd ""one")`;
    expect(await docker.on(`${psql} app -c '${counts}'`)).toBe("3000|0\n");
    const rows = /^ +rows: +(docker .*)$/m.exec(table.out)![1]!;
    expect(await docker.on(`${rows} | grep -c '^[0-9]'`)).toBe("3000\n");
    const none = await ground.run(["restore", "shop", "--to", "scratch", "--table", "custom"]);
    expect(none.code).toBe(1);
    expect(none.said).toContain("--table custom: no table of the archive; there are: app/public.");
    const absent = await ground.run(["restore", "shop", "--to", "scratch", "--at", "2025"]);
    expect(absent).toMatchObject({ code: 1 });
    expect(absent.said).toContain(
      "no archive with a manifest of 2025; there are: 2026-11-29T030000Z",
    );
  });

  it("takes the place of a developer's data, scrubbed, and starts nothing (R35)", async () => {
    await ground.put(good);
    const tree = mkdtempSync(join(directory, "dev-"));
    const asked = ["restore", "shop", "--to", "dev", "--directory", tree];
    const unscrubbed = await ground.run(asked);
    expect(unscrubbed).toMatchObject({ code: 1 });
    expect(unscrubbed.said).toContain("backup.scrub names it and it is not there");
    writeFileSync(join(tree, "scrub.sql"), "UPDATE customer SET name = 'nobody ' || id;");
    const label = (service: string) =>
      `--label com.docker.compose.project=shop --label com.docker.compose.project.working_dir=${tree} --label com.docker.compose.service=${service}`;
    await docker.on(`docker volume create --label com.docker.compose.project=shop --label com.docker.compose.volume=uploads shop_uploads
      docker run --rm -v shop_uploads:/u python:3 touch /u/mine
      docker run -d --name dev-db ${label("db")} -e POSTGRES_USER=app -e POSTGRES_PASSWORD=app postgres:17
      docker run -d --name dev-worker ${label("worker")} python:3 sleep 100000
      until docker exec dev-db psql -h 127.0.0.1 -U app -c 'CREATE TABLE mine (id int)'; do sleep 0.3; done 2>/dev/null`);
    const done = await ground.run(asked);
    expect(done, done.out + done.said).toMatchObject({ code: 0 });
    expect(done.out).toContain("is there, all of it, and scrubbed");
    const said = await docker.on(
      "docker exec dev-db psql -XAtU app app -c \"SELECT count(*), min(name), to_regclass('mine') FROM customer\"; docker inspect -f '{{.State.Status}}' dev-worker; ls /var/lib/docker/volumes/shop_uploads/_data",
    );
    expect(said).toBe("3000|nobody 1|\nexited\ndeep\none.txt\n");
  });

  it("is told as what it is where it loads in part, whatever psql's status", async () => {
    await ground.put(
      await origin.archive(hours(5), loadsInPart(halfWay, ["an_extension_nobody_has"])),
    );
    const drilled = await ground.run(["drill", "shop"]);
    expect(drilled).toMatchObject({ code: 1 });
    expect(drilled.out).toMatch(/^shop: failed/);
    expect(drilled.out).toContain("app: postgres:17 has no extension an_extension_nobody_has");
    expect(drilled.out).toContain("missing after the load into postgres:17: public.contact");
    const scratch = await ground.run(["restore", "shop", "--to", "scratch"]);
    expect(scratch).toMatchObject({ code: 1 });
    expect(scratch.out).toMatch(
      /is there in part[^]*\d statements failed, the first: ERROR: +extension/,
    );
  });

  it("is whole where nothing but a role is missing", async () => {
    const text = halfWay
      .replace("CREATE EXTENSION an_extension_nobody_has;\n", "")
      .replace("type_of_that_extension", "text")
      // Announced as a dump does.
      .replaceAll(/^COPY /gm, "-- Data for Name: t; Type: TABLE DATA\nCOPY ");
    await ground.put(await origin.archive(hours(5), loadsInPart(text, [])));
    const drilled = await ground.run(["drill", "shop"], now);
    expect(drilled, drilled.out).toMatchObject({ code: 0 });
    expect(drilled.out).toMatch(
      /note: app: 1 statements failed.*role "role_from_elsewhere" does not exist/,
    );
  });
});
