import type { Definitions } from "./definitions";
import type { EvidenceRecord } from "./evidence";
import { counted, type Manifest, type ManifestDatabase, type ManifestFiles } from "./manifest";
import { ownDatabases } from "./mongo-archive";
import type { Restored } from "./server";
import type { SiftedTree } from "./sandbox";

/** What a drill holds against an archive, and what it only tells. */
export interface Findings {
  /** Each alone makes it "failed". */
  readonly failed: string[];
  /** Told, and no reason: what a restore copes with. */
  readonly differs: string[];
}

/** Names that are told of one kind. */
const shown = 10;

export function some(names: readonly string[], all = names.length): string {
  const rest = all > shown ? ` and ${all - shown} more` : "";
  return `${names.slice(0, shown).join(", ")}${rest}`;
}

/** What is there after the load, against what the manifest says there was. */
export function judgeDatabase(
  declared: ManifestDatabase,
  restored: Restored,
  into: string,
  dumped: Definitions,
): Findings {
  const { name } = declared;
  const failed: string[] = [];
  const differs: string[] = [];
  const lacking = declared.extensions.filter((each) => !restored.extensions.includes(each.name));
  if (lacking.length > 0) {
    failed.push(`${name}: ${into} has no extension ${some(lacking.map((each) => each.name))}`);
  }
  const tableOf = (table: { schema: string; name: string }) => `${table.schema}.${table.name}`;
  const missing = declared.tables.map(tableOf).filter((each) => !restored.tables.has(each));
  if (missing.length > 0) {
    const what = missing.length === 1 ? "table is" : "tables are";
    failed.push(
      `${name}: ${missing.length} ${what} missing after the load into ${into}: ${some(missing)}`,
    );
  }
  for (const table of declared.tables) {
    const full = tableOf(table);
    if (table.dumped === null || missing.includes(full)) continue;
    const { rows = 0, sha256 } = restored.tables.get(full) ?? {};
    if (table.dumped !== table.rows) {
      failed.push(`${name}: ${full}: the dump has ${table.dumped} of ${table.rows} rows`);
    } else if (rows !== table.rows) {
      failed.push(
        `${name}: ${full}: has ${rows} of ${table.rows} rows after the load into ${into}`,
      );
    } else if (table.sha256 !== null && sha256 !== undefined && sha256 !== table.sha256) {
      failed.push(`${name}: ${full}: its ${rows} rows are not those that were dumped`);
    }
  }
  for (const kind of counted) {
    const there = restored.counts[kind];
    const meant = declared[kind] ?? there;
    if (there < meant)
      failed.push(`${name}: has ${there} of ${meant} ${kind} after the load into ${into}`);
    else if (there > meant) differs.push(`${name}: has ${there} ${kind}, ${meant} were counted`);
  }
  const incomparable = dumped.incomparable(restored.definitions);
  if (incomparable !== undefined) differs.push(`${name}: ${incomparable}`);
  const lost = dumped.lostIn(restored.definitions);
  if (lost.length > 0) {
    failed.push(
      `${name}: lacks ${lost.length} definitions after the load into ${into}: ${some(lost)}`,
    );
  }
  return { failed, differs };
}

/** What came of a tree of files, against its own list and the manifest. */
export function judgeTree(declared: ManifestFiles, sifted: SiftedTree | undefined): Findings {
  const { name } = declared;
  const failed: string[] = [];
  const differs: string[] = [];
  if (sifted === undefined) return { failed: [`files ${name}: are not in the archive`], differs };
  const { missing, missed, differ, differing, extra, added } = sifted;
  if (sifted.list !== declared.list) failed.push(`files ${name}: their list is not the manifest's`);
  if (missed > 0) failed.push(`files ${name}: ${missed} missing: ${some(missing, missed)}`);
  if (differing > 0) {
    failed.push(`files ${name}: ${differing} with another content: ${some(differ, differing)}`);
  }
  if (added > 0) failed.push(`files ${name}: ${added} that nobody listed: ${some(extra, added)}`);
  if (sifted.bytes !== declared.bytes) {
    failed.push(`files ${name}: ${sifted.bytes} of ${declared.bytes} bytes`);
  }
  for (const kind of ["changed", "unreadable"] as const) {
    const paths = declared[kind];
    if (paths.length > 0)
      failed.push(`files ${name}: ${kind} while they were read: ${some(paths)}`);
  }
  if (declared.vanished.length > 0) {
    differs.push(`files ${name}: vanished while they were read: ${some(declared.vanished)}`);
  }
  const { attributes = [] } = declared;
  if (attributes.length > 0) {
    differs.push(
      `files ${name}: have ACLs or extended attributes, which no archive keeps: ${some(attributes)}`,
    );
  }
  return { failed, differs };
}

/** Files are equal to what was read, and that may be nothing that a server begins on. */
export function judgeLiving({ living = [] }: Pick<Manifest, "living">): Pick<Findings, "failed"> {
  return {
    failed: living.map(
      (service) =>
        `${service}: is a database that is not dumped, and its files were read while it ran: nobody knows whether it begins on them`,
    ),
  };
}

/** Whether what an archive holds is likely, after what the last proven one held. */
export function judgeLikely(
  manifest: Manifest,
  held: EvidenceRecord["held"],
  last: EvidenceRecord | undefined,
  mayShrinkTo: number,
): Findings {
  const failed: string[] = [];
  const differs: string[] = [];
  for (const server of manifest.databases) {
    const isEmpty =
      server.kind === "mongodb"
        ? server.collections?.every(({ database }) => ownDatabases.includes(database))
        : server.databases.every(({ tables }) => tables.length === 0);
    if (isEmpty) failed.push(`${server.service}: its databases hold no table at all`);
  }
  if (last === undefined) return { failed, differs };
  const [now, before] = [new Set(Object.keys(held.tables)), Object.keys(last.held.tables)];
  const gone = before.filter((table) => !now.has(table));
  if (before.length > 0 && gone.length === before.length) {
    failed.push(
      `none of the ${before.length} tables of the last proven archive is in it: ${some(gone)}`,
    );
  } else if (gone.length > 0) {
    differs.push(`since the last proven archive gone: ${some(gone)}`);
  }
  const databases = (tables: readonly string[]) =>
    new Set(tables.map((each) => each.split("/").slice(0, 2).join("/")));
  const left = databases([...now]);
  const lost = [...databases(before)].filter((each) => !left.has(each));
  if (lost.length > 0) differs.push(`since the last proven archive without a table: ${some(lost)}`);
  for (const kind of ["bytes", "rows", "files"] as const) {
    const [there, were] = [held[kind], last.held[kind]];
    if (there < were * mayShrinkTo) {
      failed.push(
        `holds ${there} ${kind}, the last proven one ${were}: less than ${mayShrinkTo} of it`,
      );
    }
  }
  return { failed, differs };
}
