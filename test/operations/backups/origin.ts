import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CopyBlocks } from "../../../operations/backups/copy-blocks";
import { instantText } from "../../../operations/backups/keys";
import type { Manifest, ManifestDatabase } from "../../../operations/backups/manifest";
import type { RemoteDocker } from "./remote-docker";

const program = join(__dirname, "../../../components/machine/files/backup");
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** An archive and its manifest, as they lie in a bucket. */
export interface Archived {
  readonly key: string;
  readonly archive: Buffer;
  readonly manifest: string;
}

/** What is made wrong in an archive when it is written. */
export interface Faults {
  /** Makes another dump of a database's. */
  readonly dump?: (name: string, text: string) => string;
  /** A table that the dump of the database lacks. */
  readonly lacks?: string;
  readonly lost?: readonly string[];
  /** Makes other facts of it. */
  readonly manifest?: (manifest: Manifest) => void;
}

/** Data of a site, with what is hard about it. */
const data = `CREATE ROLE tenant LOGIN PASSWORD 'invented';
CREATE DATABASE app;
CREATE DATABASE tenant_birch OWNER tenant;
\\connect app
CREATE TABLE customer (id serial PRIMARY KEY, name text UNIQUE, data bytea);
INSERT INTO customer (name, data) SELECT 'n' || n, CASE WHEN n % 7 = 0 THEN decode(repeat(md5(n::text), (n % 90) + 1), 'hex') END FROM generate_series(1, 3000) n;
UPDATE customer SET data = 'longer than before' WHERE id % 11 = 0;
CREATE TABLE "Odd ""one" (id int, "a ""column" text);
INSERT INTO "Odd ""one" VALUES (1, E'tab\\tand\\nline'), (2, E'\\\\.'), (3, NULL);
CREATE TABLE event (at date, note text) PARTITION BY RANGE (at);
CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO event SELECT '2026-03-01', 'e' || n FROM generate_series(1, 50) n;
CREATE TABLE empty (id int);
CREATE VIEW named AS SELECT name FROM customer;
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION touched();
CREATE INDEX later ON customer (data);
SELECT lo_from_bytea(0, 'a large one');
\\connect tenant_birch
CREATE TABLE note (id serial PRIMARY KEY, body text);
INSERT INTO note (body) SELECT 'birch ' || n FROM generate_series(1, 500) n;
ALTER TABLE note OWNER TO tenant;
`;

/** A database server on the machine, and a tree of files, of which archives are made. */
export class Origin {
  readonly files: string;

  constructor(
    private readonly docker: RemoteDocker,
    private readonly directory: string,
  ) {
    this.files = join(directory, "uploads");
  }

  async open(): Promise<void> {
    mkdirSync(join(this.files, "deep"), { recursive: true });
    writeFileSync(join(this.files, "one.txt"), "one\n");
    writeFileSync(join(this.files, "deep", "two \\ \n odd"), "two\n".repeat(10_000));
    await this.docker.on(
      "docker run -d --name origin -e POSTGRES_HOST_AUTH_METHOD=trust postgres:17 >/dev/null; " +
        "until docker exec origin pg_isready -qh 127.0.0.1; do sleep 0.2; done",
    );
    await this.sql("postgres", data);
  }

  sql(database: string, text: string): Promise<string> {
    return this.docker.on(
      `docker exec -i origin psql -XqAt -v ON_ERROR_STOP=1 -U postgres -d ${database}`,
      text,
    );
  }

  /** One archive of it, dated; with what is made wrong. */
  async archive(at: Date, faults: Faults = {}): Promise<Archived> {
    const key = `backups/shop/${instantText(at)}.tar.lrz`;
    const out = mkdtempSync(join(this.directory, "archive-"));
    const members: [string, string, number][] = [];
    const keep = (path: string, text: string, slack: number) => {
      const file = join(out, String(members.length));
      writeFileSync(file, text);
      members.push([path, file, slack]);
      return { path, bytes: Buffer.byteLength(text), sha256: sha256(text) };
    };
    const globals = await this.docker.on(
      "docker exec origin pg_dumpall -U postgres --globals-only",
    );
    const databases: ManifestDatabase[] = [];
    const roles = keep("databases/db/globals.sql", globals, 0);
    for (const name of ["app", "postgres", "tenant_birch"]) {
      const dump = await this.dump(name);
      const lacking = faults.lacks === undefined ? dump : await this.dump(name, faults.lacks);
      const text = faults.dump?.(name, lacking) ?? lacking;
      const { facts, tables } = await this.catalog(name, dump);
      databases.push({ name, ...keep(`databases/db/${name}.sql`, text, 65_536), ...facts, tables });
    }
    const [imageId = "", server = ""] = (
      await this.docker.on(
        "docker inspect --format '{{.Image}}' origin; docker exec origin psql -XAtqU postgres -c 'SHOW server_version'",
      )
    )
      .trim()
      .split("\n");
    const manifest: Omit<Manifest, "archive"> = {
      ...{ format: 1, project: "shop", environment: "prod", consistency: "snapshot" },
      ...{ begun: at.toISOString(), finished: at.toISOString(), seconds: 1, commit: null },
      tools: { writer: "a test" },
      databases: [
        {
          service: "db",
          kind: "postgres",
          image: "postgres:17",
          imageId,
          server,
          globals: roles,
          roles: ["postgres", "tenant"],
          databases,
        },
      ],
      ...{ files: [], left_out: [] },
    };
    faults.manifest?.(manifest as Manifest);
    const trees = [["uploads", this.files, faults.lost ?? []]];
    execFileSync("python3", [join(__dirname, "archived.py"), program], {
      input: JSON.stringify({ out, key, manifest, members, trees }),
    });
    return {
      key,
      archive: readFileSync(join(out, "archive")),
      manifest: readFileSync(join(out, "manifest"), "utf8"),
    };
  }

  private dump(name: string, without?: string): Promise<string> {
    const less = without === undefined ? "" : `--exclude-table='${without}'`;
    return this.docker.on(`docker exec origin pg_dump -U postgres ${less} ${name}`);
  }

  private async catalog(name: string, dump: string) {
    const said = await this.sql(name, readFileSync(join(program, "catalog.sql"), "utf8"));
    const [first = "", ...lines] = said.trim().split("\n");
    const blocks = new CopyBlocks();
    blocks.add(Buffer.from(dump));
    const facts = JSON.parse(first) as Omit<
      ManifestDatabase,
      "name" | "path" | "bytes" | "sha256" | "tables"
    >;
    const tables = lines.map((line) => {
      const [schema, table, spelled, , rows] = JSON.parse(line) as [
        string,
        string,
        string,
        string,
        number,
      ];
      const block = blocks.blocks.find((each) => each.table === spelled);
      return {
        schema,
        name: table,
        rows,
        dumped: block?.rows ?? null,
        sha256: block?.sha256 ?? null,
      };
    });
    return { facts, tables };
  }
}
