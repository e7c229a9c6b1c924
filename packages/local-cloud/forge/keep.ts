import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { placeOf } from "./address";

const execute = promisify(execFile);

/** Who begins a repository, and when: the same files give the same commit. */
const author = {
  ...{ GIT_AUTHOR_NAME: "Local cloud", GIT_AUTHOR_EMAIL: "local@cloud.example" },
  ...{ GIT_COMMITTER_NAME: "Local cloud", GIT_COMMITTER_EMAIL: "local@cloud.example" },
  ...{ GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z", GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z" },
};

/**
 * Has the forge keep a repository for an address: the files that `write` puts into a directory, as one
 * commit on every branch. One that is kept already stays as it is, with whatever was pushed to it since. Answers
 * where it is: a bare repository, which people on this computer push to by its path. Refuses an address
 * that is none.
 */
export async function keepRepository(
  directory: string,
  address: string,
  branches: readonly [string, ...string[]],
  write: (directory: string) => void,
): Promise<string> {
  const place = join(directory, placeOf(address));
  if (existsSync(join(place, "HEAD"))) return place;
  const draft = `${place}.${process.pid}`;
  const git = (...args: string[]) =>
    execute("git", args, {
      env: {
        ...{ PATH: process.env["PATH"], HOME: draft, GIT_CONFIG_NOSYSTEM: "1" },
        ...{ GIT_CONFIG_GLOBAL: "/dev/null", ...author },
      },
    });
  const tree = join(draft, "tree");
  const bare = join(draft, "bare");
  try {
    mkdirSync(tree, { recursive: true });
    write(tree);
    const [first, ...more] = branches;
    await git("init", "-q", "-b", first, tree);
    await git("-C", tree, "add", "-A");
    await git("-C", tree, "commit", "-q", "-m", "Begin");
    for (const branch of more) await git("-C", tree, "branch", "--", branch);
    await git("clone", "-q", "--bare", tree, bare);
    await git("-C", bare, "remote", "remove", "origin");
    mkdirSync(dirname(place), { recursive: true });
    if (!existsSync(place)) renameSync(bare, place);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return place;
}
