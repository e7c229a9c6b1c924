import { runProgram } from "../../engine/program";
import { Refusal } from "../ground/usage";

/** A commit that a result is about. */
export interface Commit {
  readonly hash: string;
  /**
   * Whose change it is, or the part of their address before the @ where they give no name. Not who committed it to git: of a
   * change that was merged at the forge that is the forge.
   */
  readonly who: string;
  readonly title: string;
}

/** As many as one message holds; more are counted. */
export const mostCommits = 1_000;

/**
 * The commits of a repository that are in `commit` and not in `since`, newest first; without `since`, or with one that is
 * not there any more, the one commit. Throws a `Refusal` for a commit that is not there.
 */
export async function commitsOf(
  directory: string,
  commit: string,
  since?: string,
): Promise<readonly Commit[]> {
  const git = async (...words: string[]) => {
    const args = [
      "-C",
      directory,
      "log",
      "-z",
      "--format=%H%n%an%n%ae%n%s",
      `-${mostCommits}`,
      ...words,
      "--",
    ];
    return runProgram("git", args, { cwd: directory, env: process.env });
  };
  const range = since === undefined ? undefined : await git(commit, `^${since}`);
  const said = range?.code === 0 && range.stdout !== "" ? range : await git("-1", commit);
  if (said.code !== 0) {
    throw new Refusal(
      `--commit ${commit}: is no commit of ${directory}; fetch it, or name another`,
    );
  }
  return said.stdout.split("\0").flatMap((entry): Commit[] => {
    const [hash = "", name = "", address = "", ...title] = entry.split("\n");
    if (hash === "") return [];
    const who = name.trim() || (address.split("@")[0] ?? "") || "somebody without a name";
    return [{ hash, who, title: title.join(" ") }];
  });
}
