import type { Context } from "../ground/context";
import type { EvidenceRecord } from "./evidence";
import { manifestKey, type Holdings } from "./keys";
import type { Store } from "./store";

/**
 * What may go after a proof: archives that are older than they are kept, with their manifests, and manifests whose
 * archive went before. Never the archive that was just proven, and nothing at all without a proof, so that a
 * project's last proven archive outlives weeks of failing backups. Pure.
 */
export function prunable(
  holdings: Holdings,
  { verdict, archive }: Pick<EvidenceRecord, "verdict" | "archive">,
  keepDays: number,
  now: Date,
): string[] {
  if (verdict !== "proven" || archive === null) return [];
  const until = now.getTime() - keepDays * 86_400_000;
  const old = holdings.archives.filter(
    ({ at, key }) => at.getTime() < until && key !== archive.key,
  );
  return [
    ...old.flatMap(({ key, manifest }) => [key, ...(manifest === undefined ? [] : [manifest])]),
    ...holdings.orphans.filter((key) => key !== manifestKey(archive.key)),
  ];
}

/** Deletes what may go. Tells what did, and what of `whose` S3 refused (an object under lock). */
export async function prune(
  { out, say }: Pick<Context, "out" | "say">,
  store: Store,
  { keys, whose }: { readonly keys: readonly string[]; readonly whose: string },
): Promise<void> {
  const gone: string[] = [];
  for (const key of keys) {
    try {
      await store.remove(key);
      gone.push(key);
    } catch (error) {
      say(`${whose}: stays: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (gone.length > 0) out(`  pruned: ${gone.join(", ")}\n`);
}
