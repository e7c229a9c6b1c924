import type { Definitions } from "./definitions";
import { FreshContainer, type ServerKind } from "./fresh-container";
import { judgeDatabase, type Findings } from "./judge";
import type { ManifestServer } from "./manifest";
import type { Judged, RestoredServer, Restores } from "./restored-server";
import { Server, type Complaints } from "./server";
import { major, WatchedDump } from "./watched";

const postgres: ServerKind = {
  // Nobody reaches it but through Docker.
  env: ["POSTGRES_HOST_AUTH_METHOD=trust", "POSTGRES_USER=postgres"],
  // All of a database is loaded as one: as many locks as it has things.
  words: ({ command }) =>
    command[0] === "postgres" ? ["-c", "max_locks_per_transaction=4096"] : [],
  async version(docker, name) {
    // By its port: while a cluster is being made there is a server at the socket that goes again.
    const ask = ["psql", "-XAtqU", "postgres", "-h", "127.0.0.1", "-c", "SHOW server_version"];
    const { code, stdout } = await docker.run(["exec", name, ...ask, "template1"]);
    return code === 0 ? stdout.trim() : undefined;
  },
};

/** PostgreSQL: roles, then each database by its dump. */
export const restoresPostgres: Restores = {
  called: "PostgreSQL",
  major,
  start: (docker, { image }, kept) => FreshContainer.start(docker, image, postgres, kept),
  into: (docker, declared, { name, image }) =>
    new RestoredPostgres(declared, new Server(docker, name, image)),
};

class RestoredPostgres implements RestoredServer {
  private readonly complaints = new Map<string, Complaints>();
  private readonly dumped = new Map<string, Definitions>();

  constructor(
    private readonly declared: ManifestServer,
    private readonly server: Server,
  ) {}

  async take(member: string, content: AsyncIterable<Buffer>): Promise<Findings> {
    const { service, globals, databases } = this.declared;
    const database = databases.find(({ path }) => path === member);
    const described = database ?? globals!;
    const watched = new WatchedDump(described.bytes, content);
    const differs: string[] = [];
    if (database === undefined) {
      const { errors, first } = await this.server.load("template1", watched.pass(), false);
      if (errors > 0) {
        differs.push(`${service}: ${errors} statements about roles failed, the first: ${first}`);
      }
    } else {
      differs.push(...(await this.server.create(database)));
      this.dumped.set(member, watched.definitions);
      this.complaints.set(member, await this.server.load(database.name, watched.pass(), true));
    }
    return { failed: watched.problems(described.sha256, database, this.declared), differs };
  }

  async judge(): Promise<Judged> {
    const { service, roles: meant, databases } = this.declared;
    const failed: string[] = [];
    const differs: string[] = [];
    const tables = new Map<string, number>();
    let bytes = 0;
    const roles = await this.server.roles();
    const lacking = meant.filter((role) => !roles.includes(role));
    if (lacking.length > 0) differs.push(`${service}: has no role ${lacking.join(", ")}`);
    for (const database of databases) {
      const complaint = this.complaints.get(database.path);
      if (complaint === undefined) continue;
      const restored = await this.server.restored(database.name);
      const found = judgeDatabase(
        database,
        restored,
        this.server.imageName,
        this.dumped.get(database.path)!,
      );
      if (complaint.errors > 0) {
        const what = `${database.name}: ${complaint.errors} statements failed, the first: ${complaint.first}`;
        (found.failed.length > 0 ? found.failed : found.differs).push(what);
      }
      failed.push(...found.failed);
      differs.push(...found.differs);
      bytes += database.bytes;
      for (const [table, { rows }] of restored.tables) {
        tables.set(`${service}/${database.name}/${table}`, rows);
      }
    }
    return { failed, differs, bytes, tables };
  }
}
