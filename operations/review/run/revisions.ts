import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

import { Refusal } from "../../usage";

/** A state of the repository, written out. */
export interface WrittenOut {
  readonly directory: string;
  /** As a person names it: `3f2a1b0`, or `the working directory`. */
  readonly called: string;
}

/**
 * Writes a revision into a directory of its own. Throws a `Refusal` for one that git does not know.
 */
export async function writeRevision(
  clone: string,
  revision: string,
  directory: string,
): Promise<WrittenOut> {
  const commit = await commitOf(clone, revision);
  fs.mkdirSync(directory, { recursive: true });
  const archive = `${directory}.tar`;
  await git(clone, ["archive", "--format=tar", `--output=${archive}`, commit]);
  await call("tar", ["-xf", archive, "-C", directory], clone);
  fs.rmSync(archive);
  return { directory, called: commit.slice(0, 8) };
}

/** Writes what is in the working directory: tracked and new files, none that git ignores. */
export async function writeWorking(clone: string, directory: string): Promise<WrittenOut> {
  const listed = await git(clone, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  for (const name of new Set(listed.split("\0").filter(Boolean))) {
    const from = path.join(clone, name);
    // Deleted, but not committed as such yet.
    if (!fs.existsSync(from)) continue;
    const to = path.join(directory, name);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.cpSync(from, to, { verbatimSymlinks: true });
  }
  return { directory, called: "the working directory" };
}

/** The full hash of a revision. */
export async function commitOf(clone: string, revision: string): Promise<string> {
  if (revision.startsWith("-")) throw new Refusal(`${revision} is no revision`);
  try {
    const found = await git(clone, ["rev-parse", "--verify", "--quiet", `${revision}^{commit}`]);
    return found.trim();
  } catch {
    throw new Refusal(
      `git knows no revision ${revision} here. Fix: fetch it (git fetch origin), or name another`,
    );
  }
}

/**
 * Gives a written-out state the packages it needs: the clone's own where the lock files agree,
 * otherwise its own, installed without running any of their scripts.
 */
export async function givePackages(clone: string, { directory }: WrittenOut): Promise<boolean> {
  const lock = (root: string) => fs.readFileSync(path.join(root, "package-lock.json"), "utf8");
  if (lock(directory) === lock(clone)) {
    fs.symlinkSync(path.join(clone, "node_modules"), path.join(directory, "node_modules"));
    return false;
  }
  await call("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], directory);
  return true;
}

/** Files of the program itself, not of what it declares: their code is run by the review. */
const programFiles = /^(index\.ts|components\/|package(-lock)?\.json|tsconfig\.json|\.npmrc)/;
const lawFiles = /^(policies\/|operations\/review\/|local\/)/;

/** What a reader has to know of a change beside its plan. */
export function notesOn(changed: readonly string[]): readonly string[] {
  const program = changed.filter((file) => programFiles.test(file));
  const law = changed.filter((file) => lawFiles.test(file));
  return [
    ...(program.length > 0
      ? [
          `The program itself changes (${some(program)}). The verdicts below were made by running it, so read it first.`,
        ]
      : []),
    ...(law.length > 0
      ? [
          `What judges changes too (${some(law)}). The verdicts below are those of the clone that ran the review.`,
        ]
      : []),
  ];
}

function some(files: readonly string[]): string {
  const shown = files.slice(0, 3).join(", ");
  return files.length > 3 ? `${shown} and ${files.length - 3} more` : shown;
}

/** Paths that differ between two written-out states. */
export async function changedBetween(
  base: WrittenOut,
  head: WrittenOut,
): Promise<readonly string[]> {
  const args = [
    "diff",
    "--no-index",
    // With the status, because names alone call what is deleted /dev/null.
    "--name-status",
    "--no-renames",
    "-z",
    base.directory,
    head.directory,
  ];
  // git answers 1 when there is a difference.
  const said = await call("git", args, "/", [0, 1]);
  const names = said.split("\0").filter((each) => path.isAbsolute(each));
  return [...new Set(names.map((name) => relative(name, base, head)))]
    .filter((name) => !name.startsWith("node_modules"))
    .sort();
}

function relative(name: string, ...roots: readonly WrittenOut[]): string {
  const absolute = path.resolve("/", name);
  const root = roots.find(({ directory }) => absolute.startsWith(`${directory}${path.sep}`));
  return root ? path.relative(root.directory, absolute) : name;
}

function git(clone: string, args: readonly string[]): Promise<string> {
  return call("git", args, clone);
}

function call(
  program: string,
  args: readonly string[],
  cwd: string,
  allowed: readonly number[] = [0],
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { cwd, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === "number" ? error.code : -1) : 0;
      if (allowed.includes(code)) resolve(stdout);
      else reject(new Error(`${program} ${args[0] ?? ""}: ${stderr.trim() || String(error)}`));
    });
  });
}
