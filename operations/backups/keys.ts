/** Names of what lies below a project's prefix, as a node and a drill write them. Pure. */

/** An instant in a key: `2026-11-29T031500Z`, UTC. */
const instant = "(\\d{4}-\\d{2}-\\d{2})T(\\d{2})(\\d{2})(\\d{2})Z";

const archiveEnd = ".tar.lrz";
const manifestEnd = ".manifest.json";
const evidenceFolder = "evidence/";

/** An object as a listing has it. */
export interface Listed {
  readonly key: string;
  readonly bytes: number;
}

/** An archive, with its manifest's key where that is there: one without is unproven and never counted. */
export interface ListedArchive extends Listed {
  readonly at: Date;
  readonly manifest?: string;
}

/** All that a project's prefix holds. */
export interface Holdings {
  /** Oldest first. */
  readonly archives: readonly ListedArchive[];
  /** Manifests whose archive is not there. */
  readonly orphans: readonly string[];
  /** Records of drills, oldest first. */
  readonly evidence: readonly string[];
}

/** The key of an archive that is begun at an instant. */
export function archiveKey(prefix: string, at: Date): string {
  return `${prefix}${instantText(at)}${archiveEnd}`;
}

export function manifestKey(archive: string): string {
  return `${archive.slice(0, -archiveEnd.length)}${manifestEnd}`;
}

export function evidenceKey(prefix: string, at: Date): string {
  return `${prefix}${evidenceFolder}${instantText(at)}.json`;
}

/** `2026-11-29T031500Z` */
export function instantText(at: Date): string {
  return at
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(/(?<=T.*):/g, "");
}

/** The instant that a key of a prefix names; undefined for any other key. */
function instantOf(key: string, prefix: string, end: string): Date | undefined {
  if (!key.startsWith(prefix) || !key.endsWith(end)) return undefined;
  return readInstant(key.slice(prefix.length, -end.length));
}

/** Reads `2026-11-29T031500Z`; undefined for what is no instant, and for a day that the calendar does not have. */
export function readInstant(text: string): Date | undefined {
  const found = new RegExp(`^${instant}$`).exec(text);
  if (found === null) return undefined;
  const at = new Date(`${found[1]}T${found[2]}:${found[3]}:${found[4]}Z`);
  return Number.isNaN(at.getTime()) || instantText(at) !== text ? undefined : at;
}

/** What of a listing is whose. Keys that neither a node nor a drill writes are nobody's and left out. */
export function holdingsOf(prefix: string, listed: readonly Listed[]): Holdings {
  const keys = new Set(listed.map(({ key }) => key));
  const archives = listed.flatMap(({ key, bytes }): ListedArchive[] => {
    const at = instantOf(key, prefix, archiveEnd);
    if (at === undefined) return [];
    const manifest = manifestKey(key);
    return [{ key, bytes, at, ...(keys.has(manifest) ? { manifest } : {}) }];
  });
  const described = new Set(archives.map(({ manifest }) => manifest));
  const named = (folder: string, end: string) =>
    listed
      .map(({ key }) => key)
      .filter((key) => instantOf(key, `${prefix}${folder}`, end) !== undefined)
      .sort();
  return {
    archives: archives.sort((one, other) => one.at.getTime() - other.at.getTime()),
    orphans: named("", manifestEnd).filter((key) => !described.has(key)),
    evidence: named(evidenceFolder, ".json"),
  };
}
