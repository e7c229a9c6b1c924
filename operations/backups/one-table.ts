import { untilAsked } from "../../engine/program";
import { quote } from "../../components/machine/quote";
import type { Context } from "../ground/context";
import { printableLine } from "../ground/printable";
import { exits, Refusal } from "../ground/usage";
import type { Picked } from "./archives";
import { Docker } from "./docker";
import { Download } from "./download";
import type { Manifest, ManifestDatabase, ManifestServer } from "./manifest";
import { OnlyRows } from "./only-rows";
import type { BackedUp } from "./projects";
import { restoresPostgres } from "./restored-postgres";
import { Sandbox } from "./sandbox";
import type { Store } from "./store";
import { Server } from "./server";
import { WatchedDump } from "./watched";

/** One table of an archive. */
interface Wanted {
  readonly server: ManifestServer;
  readonly database: ManifestDatabase;
  readonly table: ManifestDatabase["tables"][number];
}

/** Names that a person is told of. */
const shown = 30;

/**
 * Restores one table of an archive into a scratch server, in its database, where every other table stays empty; a
 * server that people use is never written to. Compares its rows with the manifest.
 *
 * `named`: `customer`, `schema.customer`, `database/schema.customer`. Throws a `Refusal` for none, and for several.
 */
export async function toScratchTable(
  context: Context,
  { project }: BackedUp,
  store: Store,
  { archive, manifest }: Picked,
  named: string,
): Promise<number> {
  const wanted = tableNamed(manifest, named);
  const { server, database, table } = wanted;
  const full = `${table.schema}.${table.name}`;
  if (table.dumped === null) {
    throw new Refusal(
      `${full}: its rows are in other tables (partitions), or not in this database`,
    );
  }
  const docker = new Docker(context.env);
  const name = `berth-scratch-${project.slug}-${server.service}`;
  context.say(`${archive.key} (${archive.bytes} bytes): looks for ${full}`);
  const container = await restoresPostgres.start(docker, server, name);
  const fresh = new Server(docker, name, server.image);
  const wrong = await untilAsked((signal) => {
    const sandbox = new Sandbox(docker, new Map());
    signal.addEventListener("abort", () => sandbox.end(), { once: true });
    const download = new Download(store, archive.key, context.env["BERTH_AGE_IDENTITY"], signal);
    return loaded({ sandbox, download, fresh, manifest, wanted }).finally(() => sandbox.end());
  });
  const there = (await fresh.restored(database.name)).tables.get(full);
  if (there?.rows !== table.rows)
    wrong.push(`${full}: has ${there?.rows ?? 0} of ${table.rows} rows`);
  else if (table.sha256 !== null && there.sha256 !== undefined && there.sha256 !== table.sha256) {
    wrong.push(`${full}: its ${table.rows} rows are not those that were dumped`);
  }
  container.leave();
  const outcome =
    wrong.length === 0 ? `${table.rows} rows, all of them` : "not as it was backed up";
  context.out(`${archive.key}: ${database.name}/${full}: ${outcome}\n`);
  for (const each of wrong) context.out(`  ${printableLine(each, 1000)}\n`);
  // As a pattern of pg_dump's has it where a name is more than small letters.
  const pattern = [table.schema, table.name].map((each) => `"${each.replaceAll('"', '""')}"`);
  const dump = `pg_dump -U postgres --data-only --table=${quote(pattern.join("."))} ${quote(database.name)}`;
  context.out(`  look:   docker exec -it ${name} psql -U postgres ${quote(database.name)}\n`);
  context.out(`  rows:   docker exec ${name} ${dump}\n`);
  context.out(`  remove: docker rm -fv ${name}\n`);
  return wrong.length === 0 ? exits.done : exits.failed;
}

/** Loads what one table needs. Answers what is wrong with the archive. */
async function loaded(of: {
  readonly sandbox: Sandbox;
  readonly download: Download;
  readonly fresh: Server;
  readonly manifest: Manifest;
  readonly wanted: Wanted;
}): Promise<string[]> {
  const { sandbox, download, fresh, manifest, wanted } = of;
  const { server, database, table } = wanted;
  const wrong: string[] = [];
  let seen = false;
  const fed = sandbox.feed(download.bytes());
  // It is awaited below; what went wrong there is said there.
  fed.catch(() => undefined);
  for await (const frame of sandbox.sifted()) {
    if ("broken" in frame) wrong.push(frame.broken);
    if (!("member" in frame)) continue;
    if (frame.member === server.globals?.path) {
      await fresh.load("template1", frame.content, false);
    } else if (frame.member === database.path) {
      seen = true;
      const watched = new WatchedDump(database.bytes, frame.content);
      wrong.push(...(await fresh.create(database)));
      await fresh.load(database.name, new OnlyRows(table).pass(watched.pass()), true);
      wrong.push(...watched.problems(database.sha256, database, server));
    }
  }
  await fed;
  if (!seen) wrong.push(`${database.path} is not in it`);
  if (download.sha256() !== manifest.archive.sha256) {
    wrong.push("its bytes are not those that were written");
  }
  return wrong;
}

function tableNamed(manifest: Manifest, named: string): Wanted {
  const all = manifest.databases.flatMap((server) =>
    server.databases.flatMap((database) =>
      database.tables.map((table) => ({ server, database, table })),
    ),
  );
  const spellings = ({ database, table: { schema, name } }: Wanted) => [
    ...[name, `${schema}.${name}`, `${database.name}/${schema}.${name}`],
  ];
  const found = all.filter((each) => spellings(each).includes(named));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = (found.length === 0 ? all : found).map((each) => spellings(each).at(-1)!);
  const rest = names.length > shown ? ` and ${names.length - shown} more` : "";
  throw new Refusal(
    `--table ${named}: ${found.length === 0 ? "no" : "more than one"} table of the archive; there are: ${names.slice(0, shown).join(", ") || "none"}${rest}`,
  );
}
