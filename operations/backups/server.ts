import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

import { CopyBlocks } from "./copy-blocks";
import { properties, type Definitions } from "./definitions";
import { CouldNot, lastLine, pour, type Docker } from "./docker";
import { counted, type ManifestDatabase } from "./manifest";

/** A restored database, as it tells of itself. */
export interface Restored {
  readonly extensions: readonly string[];
  readonly tables: ReadonlyMap<string, RestoredTable>;
  readonly counts: Readonly<Record<(typeof counted)[number], number>>;
  readonly definitions: Definitions;
}

/** A table by `schema.name`. */
export interface RestoredTable {
  readonly rows: number;
  /** Checksum of its rows in another dump of it; absent where a dump has none of it. */
  readonly sha256?: string;
}

/** What psql complained of, which alone is no verdict. */
export interface Complaints {
  readonly errors: number;
  readonly first: string | undefined;
}

/** What a node asks before it dumps: the same is asked after the load. */
const catalog = path.resolve(__dirname, "../../components/machine/files/backup/catalog.sql");

const facts = z.object({
  extensions: z.array(z.object({ name: z.string() })),
  ...(Object.fromEntries(counted.map((each) => [each, z.number()])) as Record<
    (typeof counted)[number],
    z.ZodNumber
  >),
});

/** Schema, name, spelling in a dump, kind, rows. */
const tableLine = z.tuple([z.string(), z.string(), z.string(), z.string(), z.number()]);

/** As whom: what the images of PostgreSQL are told. */
const login = 'export PGUSER="${POSTGRES_USER:-postgres}"; exec "$@"';
/** Rows are compared by their text, which a node writes like this whatever server and database say of zones. */
const alike = `export PGOPTIONS='-c timezone=UTC -c bytea_output=hex'; ${login}`;

/** A database server in a container that runs, and what is loaded into it. */
export class Server {
  constructor(
    protected readonly docker: Docker,
    /** Of the container. */
    readonly name: string,
    /** Of its image, for people. */
    readonly imageName: string,
  ) {}

  /** Makes a database new, from the template that has PostGIS where it needs that (R38). Answers what differs. */
  async create(database: ManifestDatabase): Promise<string[]> {
    const { name, owner, collate, extensions } = database;
    const differs: string[] = [];
    await this.drop(name);
    const postgis = extensions.some((each) => each.name === "postgis");
    const has = "SELECT 1 FROM pg_database WHERE datname = 'template_postgis'";
    if (postgis && (await this.sql("template1", has)) !== "") {
      await this.sql("template1", `CREATE DATABASE ${quoted(name)} TEMPLATE template_postgis`);
    } else {
      const made = `CREATE DATABASE ${quoted(name)} TEMPLATE template0`;
      const done = await this.trySql("template1", `${made} ${order(database)}`);
      if (done.code !== 0) {
        differs.push(`${name}: its order of text is not ${collate}: ${lastLine(done.stderr)}`);
        await this.sql("template1", made);
      }
    }
    const owned = `ALTER DATABASE ${quoted(name)} OWNER TO ${quoted(owner)}`;
    const done = await this.trySql("template1", owned);
    if (done.code !== 0)
      differs.push(`${name}: is not owned by ${owner}: ${lastLine(done.stderr)}`);
    return differs;
  }

  /**
   * Has psql read a dump to its end. With `whole`, in one transaction in which each statement stands for itself:
   * tables that are made in the same transaction keep the order of their rows.
   */
  async load(database: string, dump: AsyncIterable<Buffer>, whole: boolean): Promise<Complaints> {
    const lines = new ErrorLines();
    const together = whole ? ["--single-transaction", "--set", "ON_ERROR_ROLLBACK=on"] : [];
    const program = this.docker.start(
      this.psql(["--quiet", ...together, "--dbname", connection(database), "--file", "-"]),
      lines.add,
    );
    program.stdout.resume();
    await pour(dump, program.stdin);
    program.stdin.end();
    const code = await program.ended;
    if (code !== 0 && lines.errors === 0) {
      return { errors: 1, first: lastLine(program.complaint()) || `psql ended with ${code}` };
    }
    return { errors: lines.errors, first: lines.first };
  }

  /** What is there afterwards, by asking the database and by dumping it again. */
  async restored(database: string): Promise<Restored> {
    const said = await this.sql(database, fs.readFileSync(catalog, "utf8"));
    const [first, ...lines] = said.split("\n").map((line) => JSON.parse(line) as unknown);
    const { extensions, ...counts } = facts.parse(first);
    const program = this.docker.start([
      ...["exec", this.name, "sh", "-c", alike, "sh"],
      ...["pg_dump", "--dbname", connection(database)],
    ]);
    const blocks = new CopyBlocks();
    for await (const chunk of program.stdout as AsyncIterable<Buffer>) blocks.add(chunk);
    if ((await program.ended) !== 0 || !blocks.ended) {
      throw new CouldNot(`${database} could not be read again: ${lastLine(program.complaint())}`);
    }
    const { definitions } = blocks;
    definitions.own((await this.sql(database, properties)).split("\n"));
    const dumped = new Map(blocks.blocks.map((each) => [each.table, each.sha256]));
    const tables = lines.map((line): [string, RestoredTable] => {
      const [schema, name, spelled, , rows] = tableLine.parse(line);
      const sha256 = dumped.get(spelled);
      return [`${schema}.${name}`, { rows, ...(sha256 === undefined ? {} : { sha256 }) }];
    });
    const names = extensions.map(({ name }) => name);
    return { extensions: names, counts, tables: new Map(tables), definitions };
  }

  /** Names of roles. */
  async roles(): Promise<string[]> {
    return (await this.sql("template1", "SELECT rolname FROM pg_roles")).split("\n");
  }

  /** Until it answers. Throws `CouldNot` after half a minute. */
  async awake(): Promise<void> {
    for (let round = 0; round < 100; round++) {
      if ((await this.trySql("template1", "SELECT 1")).code === 0) return;
      await sleep(300);
    }
    throw new CouldNot(`the server in ${this.name} does not answer`);
  }

  drop(name: string): Promise<string> {
    return this.sql("template1", `DROP DATABASE IF EXISTS ${quoted(name)}`);
  }

  async sql(database: string, statement: string): Promise<string> {
    const { code, stdout, stderr } = await this.trySql(database, statement);
    if (code !== 0) throw new CouldNot(`${this.imageName}: ${lastLine(stderr)}`);
    return stdout.trim();
  }

  trySql(database: string, statement: string) {
    const words = ["--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", connection(database)];
    return this.docker.run(this.psql([...words, "--file", "-"]), statement);
  }

  private psql(words: readonly string[]): string[] {
    const how = ["--no-psqlrc", "--no-align", "--tuples-only", "--set", "VERBOSITY=terse"];
    return ["exec", "--interactive", this.name, "sh", "-c", login, "sh", "psql", ...how, ...words];
  }
}

/** psql's errors among all that it says. */
class ErrorLines {
  errors = 0;
  first: string | undefined;
  private rest = "";

  readonly add = (chunk: Buffer): void => {
    const lines = (this.rest + chunk.toString("utf8")).split("\n");
    this.rest = (lines.pop() ?? "").slice(0, 4096);
    for (const line of lines) {
      const said = /(?:^|: )((?:ERROR|FATAL|invalid command).*)$/.exec(line)?.[1];
      // The superuser of a fresh server is there before the archive's is made.
      if (said === undefined || said === 'ERROR:  role "postgres" already exists') continue;
      this.errors += 1;
      this.first ??= said.slice(0, 300);
    }
  };
}

/** A database's name where psql takes one, which is a connection's words where it holds `=`. */
function connection(database: string): string {
  return `dbname='${database.replaceAll(/[\\']/g, "\\$&")}'`;
}

/** How a database is told its encoding and its order of text. Archives of before tell of less. */
function order(of: ManifestDatabase): string {
  const { encoding, collate, ctype = collate, provider, locale, rules } = of;
  const provided = {
    i: () =>
      `LOCALE_PROVIDER icu ICU_LOCALE ${literal(locale ?? "")}${rules ? ` ICU_RULES ${literal(rules)}` : ""}`,
    b: () => `LOCALE_PROVIDER builtin BUILTIN_LOCALE ${literal(locale ?? "")}`,
    c: () => "LOCALE_PROVIDER libc",
    none: () => "",
  }[provider ?? "none"]();
  return `ENCODING ${literal(encoding)} LC_COLLATE ${literal(collate)} LC_CTYPE ${literal(ctype)} ${provided}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
