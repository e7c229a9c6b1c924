import * as fs from "node:fs";
import * as path from "node:path";

import { Refusal } from "../../ground/usage";
import { git } from "./git";

/** A state of the repository, written out. */
export interface WrittenOut {
  readonly directory: string;
  /** As a person names it: `3f2a1b0`, or `the working directory`. */
  readonly called: string;
  /** Commit of each submodule, by its path: none is fetched, as none is by a deployment. */
  readonly submodules: Readonly<Record<string, string>>;
}

/** One entry of a git tree. */
interface Entry {
  readonly mode: string;
  readonly hash: string;
  readonly name: string;
}

const link = "120000";
const submodule = "160000";
const executable = "100755";

/**
 * Writes a revision into a directory of its own: every file byte for byte as it is committed. Not by
 * `git archive` or a checkout, which ask the change's own `.gitattributes` what to leave out and what
 * to rewrite. Throws a `Refusal` for a revision that git does not know, and for a tree that holds what
 * no checkout would write (`..`, `.git`, a file below a link, one name twice).
 */
export async function writeRevision(
  clone: string,
  revision: string,
  directory: string,
): Promise<WrittenOut> {
  const commit = await commitOf(clone, revision);
  const entries = await entriesOf(clone, commit);
  const files = entries.filter(({ mode }) => mode !== submodule);
  const contents = await blobs(clone, [...new Set(files.map(({ hash }) => hash))]);
  fs.mkdirSync(directory, { recursive: true });
  for (const { mode, hash, name } of files) {
    const place = path.join(directory, name);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    const content = contents.get(hash)!;
    if (mode === link) fs.symlinkSync(content, place);
    else
      fs.writeFileSync(place, content, { flag: "wx", mode: mode === executable ? 0o755 : 0o644 });
  }
  const submodules = entries.filter(({ mode }) => mode === submodule);
  for (const { name } of submodules) fs.mkdirSync(path.join(directory, name), { recursive: true });
  return {
    directory,
    called: commit.slice(0, 8),
    submodules: Object.fromEntries(submodules.map(({ name, hash }) => [name, hash])),
  };
}

async function entriesOf(clone: string, commit: string): Promise<readonly Entry[]> {
  const listed = await git(clone, ["ls-tree", "-r", "-z", "--full-tree", commit]);
  const entries = listed
    .toString("latin1")
    .split("\0")
    .filter(Boolean)
    .map((line): Entry => {
      const [, mode = "", , hash = "", raw = ""] = /^(\d+) (\w+) (\w+)\t([^]*)$/.exec(line) ?? [];
      return { mode, hash, name: Buffer.from(raw, "latin1").toString("utf8") };
    });
  const taken = new Set<string>();
  for (const { name } of entries) {
    const parts = name.split("/");
    const above = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
    const bad =
      parts.some((part) => /^(|\.{1,2}|\.git)$/i.test(part)) ||
      name.includes("\ufffd") ||
      taken.has(name) ||
      above.some((place) => taken.has(place));
    if (bad) {
      throw new Refusal(
        `${commit.slice(0, 8)} holds ${JSON.stringify(name)}, which no checkout would write; ` +
          "nothing of it was read. Fix: take it out of the commit",
      );
    }
    taken.add(name);
  }
  return entries;
}

/** The content of every blob, by its hash. */
async function blobs(clone: string, hashes: readonly string[]): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  if (hashes.length === 0) return found;
  const printed = await git(clone, ["cat-file", "--batch"], `${hashes.join("\n")}\n`);
  for (let at = 0; at < printed.length;) {
    const end = printed.indexOf("\n", at);
    const [hash = "", kind, size] = printed.toString("latin1", at, end).split(" ");
    if (kind !== "blob") throw new Error(`git has no blob ${hash}; fetch the whole commit`);
    const from = end + 1;
    found.set(hash, printed.subarray(from, from + Number(size)));
    at = from + Number(size) + 1;
  }
  return found;
}

/** Writes what is in the working directory: tracked and new files, none that git ignores. */
export async function writeWorking(clone: string, directory: string): Promise<WrittenOut> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const listed = (await git(clone, args)).toString("utf8");
  fs.mkdirSync(directory, { recursive: true });
  for (const name of new Set(listed.split("\0").filter(Boolean))) {
    const from = path.join(clone, name);
    const stat = fs.lstatSync(from, { throwIfNoEntry: false });
    // Deleted, but not committed as such yet; or a submodule.
    if (!stat || stat.isDirectory()) continue;
    const to = path.join(directory, name);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.cpSync(from, to, { verbatimSymlinks: true });
  }
  const staged = (await git(clone, ["ls-files", "-z", "--stage"])).toString("utf8").split("\0");
  const submodules = staged.flatMap((line) => {
    const [, hash, name] = /^160000 (\w+) \d\t([^]*)$/.exec(line) ?? [];
    return hash !== undefined && name !== undefined ? [[name, hash] as const] : [];
  });
  return {
    directory,
    called: "the working directory",
    submodules: Object.fromEntries(submodules),
  };
}

/** The full hash of a revision. */
export async function commitOf(clone: string, revision: string): Promise<string> {
  if (revision.startsWith("-")) throw new Refusal(`${revision} is no revision`);
  try {
    const found = await git(clone, ["rev-parse", "--verify", "--quiet", `${revision}^{commit}`]);
    return found.toString().trim();
  } catch {
    throw new Refusal(
      `git knows no revision ${revision} here. Fix: fetch it (git fetch origin), or name another`,
    );
  }
}
