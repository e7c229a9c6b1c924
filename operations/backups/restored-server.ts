import { CouldNot, type Docker } from "./docker";
import type { FreshContainer } from "./fresh-container";
import type { Findings } from "./judge";
import type { ManifestServer } from "./manifest";

/** One service's server of an archive, as it is restored into one that runs, and judged. */
export interface RestoredServer {
  /** Takes a member of the archive that is this server's. */
  readonly take: (member: string, content: AsyncIterable<Buffer>) => Promise<Findings>;
  /** Judges what is there once all of the archive was taken. Throws `CouldNot` where it cannot be read. */
  readonly judge: () => Promise<Judged>;
}

/** What was found of a server, and what it holds: rows or documents, by table or collection. */
export interface Judged extends Findings {
  readonly bytes: number;
  readonly tables: ReadonlyMap<string, number>;
}

/** How servers of one kind are restored. */
export interface Restores {
  /** Of people's words. */
  readonly called: string;
  readonly major: (version: string) => string;
  /** A fresh one of the service's own image. Throws `CouldNot` where it does not come up. */
  readonly start: (
    docker: Docker,
    declared: ManifestServer,
    kept: string | undefined,
  ) => Promise<FreshContainer>;
  /** Into the server of a container; `inUse`: in the place of what is there. */
  readonly into: (
    docker: Docker,
    declared: ManifestServer,
    container: { readonly name: string; readonly image: string; readonly inUse: boolean },
  ) => RestoredServer;
}

/** Throws `CouldNot` where a fresh server is of another major version than the one that was dumped. */
export function refuseOther(
  { service, image, server }: ManifestServer,
  version: string,
  { called, major }: Restores,
): void {
  if (major(version) === major(server)) return;
  throw new CouldNot(
    `${service}: was dumped from ${called} ${server}, and ${image} is ${version} here: another major version`,
  );
}

/** Paths of an archive's members that are a server's. */
export function membersOf({ globals, databases, dump }: ManifestServer): string[] {
  const members = [globals, ...databases, dump].filter((each) => each !== undefined);
  return members.map(({ path }) => path);
}
