import * as os from "node:os";
import { z } from "zod";

import { commitPattern } from "../../../components/fleet/formats";
import { runProgram } from "../../../engine/program";
import type { Context } from "../../ground/context";
import { printableLine } from "../../ground/printable";
import type { Collector } from "../reading";

/** A branch of a repository. */
export interface Branch {
  readonly repository: string;
  readonly branch: string;
}

/** Its head; null: the repository has no such branch. */
const branchSaid = z.object({ head: z.string().regex(commitPattern).nullable() });

export type BranchSaid = z.output<typeof branchSaid>;

/** What a repository says, in bytes, of one branch. */
const outputLimit = 64 * 1024;

/** The head of a branch, as its repository tells it to who runs this; nobody is asked for a password. */
export function branches(context: Context): Collector<Branch, BranchSaid> {
  return {
    source: ({ repository, branch }) => `${branch} of ${repository}`,
    limitMs: 15_000,
    form: branchSaid,
    ask: async ({ repository, branch }, signal) => {
      const ref = `refs/heads/${branch}`;
      const { code, stdout, stderr } = await runProgram(
        "git",
        ["ls-remote", "--exit-code", "--", repository, ref],
        // Where no repository is, none's settings count.
        {
          cwd: os.tmpdir(),
          env: unasked(context.env),
          signal,
          by: "SIGKILL",
          limitBytes: outputLimit,
        },
      );
      // Its own status for what is not there.
      if (code === 2) return { at: context.now, said: { head: null } };
      if (code !== 0) throw new Error(`git ls-remote: ${lastLine(stderr) || `status ${code}`}`);
      const line = stdout.split("\n").find((each) => each.endsWith(`\t${ref}`));
      return { at: context.now, said: { head: line?.split("\t")[0] } };
    },
  };
}

function unasked(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const places = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"];
  const own = Object.entries(env).filter(([name]) => !places.includes(name));
  return {
    ...Object.fromEntries(own),
    GIT_TERMINAL_PROMPT: "0",
    GIT_SSH_COMMAND: env["GIT_SSH_COMMAND"] ?? "ssh -o BatchMode=yes -o ConnectTimeout=10",
  };
}

function lastLine(said: string): string {
  // An address may hold a password.
  const line = said.trim().split("\n").at(-1) ?? "";
  return printableLine(line.replaceAll(/\/\/[^/@\s]*@/g, "//"));
}
