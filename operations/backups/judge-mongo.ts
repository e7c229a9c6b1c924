import { some, type Findings } from "./judge";
import type { ManifestServer } from "./manifest";
import { ownDatabases, type MongoArchive } from "./mongo-archive";

/** Collections of a manifest that a restore brings back: without what a server has for itself. */
export function collectionsOf({ collections = [] }: ManifestServer) {
  return collections.filter(({ database }) => !ownDatabases.includes(database));
}

/** What is there after the load, against what the manifest says there was. */
export function judgeMongo(
  declared: ManifestServer,
  restored: MongoArchive,
  into: string,
): Findings {
  const { service } = declared;
  const failed: string[] = [];
  const differs: string[] = [];
  const there = restored.collections;
  const wanted = collectionsOf(declared);
  const full = (each: { database: string; name: string }) => `${each.database}.${each.name}`;
  const missing = wanted.map(full).filter((name) => !there.has(name));
  if (missing.length > 0) {
    const what = missing.length === 1 ? "collection is" : "collections are";
    failed.push(
      `${service}: ${missing.length} ${what} missing after the load into ${into}: ${some(missing)}`,
    );
  }
  for (const each of wanted) {
    const found = there.get(full(each));
    if (found === undefined) continue;
    const name = `${service}: ${full(each)}`;
    if (found.documents !== each.documents) {
      failed.push(
        `${name}: has ${found.documents} of ${each.documents} documents after the load into ${into}`,
      );
    } else if (found.sha256 !== each.sha256) {
      failed.push(`${name}: its ${found.documents} documents are not those that were dumped`);
    }
    const lacking = each.indexes.filter((index) => !found.indexes.includes(index));
    if (lacking.length > 0) failed.push(`${name}: lacks the index ${some(lacking)}`);
  }
  const users = (each: { name: string; database: string; documents: number } | undefined) =>
    each?.documents ?? 0;
  const meant = users(declared.collections?.find((each) => full(each) === "admin.system.users"));
  const had = users(there.get("admin.system.users"));
  if (had < meant) differs.push(`${service}: has ${had} of ${meant} users`);
  const known = new Set((declared.collections ?? []).map(full));
  const more = [...there.keys()].filter(
    (name) => !known.has(name) && !ownDatabases.includes(name.split(".")[0]!),
  );
  if (more.length > 0) differs.push(`${service}: has what was not counted: ${some(more)}`);
  return { failed, differs };
}
