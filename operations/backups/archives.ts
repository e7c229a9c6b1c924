import { printableLine } from "../ground/printable";
import { table } from "../ground/table";
import { Refusal } from "../ground/usage";
import { hoursSince, isAhead, type Described } from "./choose";
import type { Read } from "./evidence";
import { instantText, type Holdings, type Listed } from "./keys";
import { readManifest, type Manifest } from "./manifest";
import type { BackedUp } from "./projects";
import type { Store } from "./store";

/** An archive that was picked, with its manifest as it stands beside it. */
export interface Picked {
  readonly archive: Described;
  readonly manifest: Manifest;
  readonly text: string;
}

/**
 * The newest archive that has a manifest, or the one whose date begins with `at`. One that is dated in the future is
 * taken by its date alone: it is not the newest, whatever it is. Throws a `Refusal` naming those that there are, and for
 * a manifest that is none or of another archive.
 */
export async function pick(
  store: Pick<Store, "place" | "text">,
  { archives }: Holdings,
  now: Date,
  at?: string,
): Promise<Picked> {
  const described = archives.filter((each): each is Described => each.manifest !== undefined);
  const dates = described.map((each) => instantText(each.at));
  const wanted = described.filter((each, index) =>
    at === undefined ? !isAhead(hoursSince(each.at, now)) : dates[index]!.startsWith(at),
  );
  const archive = wanted.at(-1);
  if (archive === undefined) {
    const there = dates.length === 0 ? "none" : dates.slice(-20).join(", ");
    const until = dates.length === 0 ? "" : " until now, and another is taken by --at alone";
    throw new Refusal(
      `${store.place.prefix}: no archive with a manifest${at === undefined ? until : ` of ${at}`}; there are: ${there}`,
    );
  }
  const text = await store.text(archive.manifest);
  const manifest = readManifest(text);
  if (typeof manifest === "string")
    throw new Refusal(`${archive.manifest}: is no manifest: ${manifest}`);
  if (manifest.archive.key !== archive.key || manifest.archive.bytes !== archive.bytes) {
    throw new Refusal(`${archive.key}: does not match its manifest; another one: --at`);
  }
  return { archive, manifest, text };
}

/** Every archive of a project, also those of before Berth, which nobody can prove: they have no manifest. */
export async function listed(
  store: Store,
  { project, place }: BackedUp,
  holdings: Holdings,
  records: readonly Read[],
): Promise<string> {
  const drilled = new Map(
    records.flatMap(({ record }) =>
      record?.archive ? [[record.archive.key, record] as const] : [],
    ),
  );
  const rows = holdings.archives.map(({ key, bytes, at, manifest }) => {
    const record = drilled.get(key);
    const verdict =
      manifest === undefined
        ? "unproven: no manifest"
        : record === undefined
          ? "unproven"
          : `${record.verdict} on ${record.begun.slice(0, 10)}`;
    return [instantText(at), String(bytes), verdict, key];
  });
  const { adopted, owner } = place.bucket;
  const old: Listed[] = adopted && owner === undefined ? await store.list(`${project.slug}/`) : [];
  const before = old.map(({ key, bytes }) => [
    "before Berth",
    String(bytes),
    "unproven: no manifest",
    printableLine(key),
  ]);
  return table(
    ["DATE", "BYTES", "VERDICT", `KEY IN s3://${place.bucket.name}`],
    [...before, ...rows],
  );
}
