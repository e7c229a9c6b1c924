import { runProgram } from "../../engine/program";
import { z } from "zod";

import type { Context } from "../ground/context";
import { clean } from "../review/redact";
import { exits, readCommandLine, Refusal, UsageError } from "../ground/usage";
import { decide, type Release, type Update } from "./decide";

/** How `berth stage-first` is called. */
export const usage = `usage: berth stage-first [--stage STACK] [--branch REVISION]

Whether production may follow with the commit that is checked out: what came to it by stage's branch was
deployed to stage and succeeded there. Commits that did not come by it are hotfixes; they pass and are
named. Needs the whole history (git fetch), and the backend's credentials to read stage's updates.

  --stage   the stack, stage when absent
  --branch  what stage is deployed from, origin/develop when absent

exit status: 0 production may follow, 1 it may not or that cannot be told
`;

const history = z.array(
  z.object({
    kind: z.string(),
    result: z.string(),
    environment: z.record(z.string(), z.string()).nullish(),
  }),
);

/** `berth stage-first`: the gate before production. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { values, words } = readCommandLine(argv, { values: ["stage", "branch"] });
  if (words.length > 0) throw new UsageError(`stage-first takes no words: ${words.join(" ")}`);
  const { stage = "stage", branch = "origin/develop" } = values;
  const release = await releaseOf(context, branch);
  const updates = await updatesOf(context, stage);
  const known = new Set<string>();
  for (const { commit } of updates) {
    const args = ["merge-base", "--is-ancestor", release.came, commit];
    if ((await run(context, "git", args)).code === 0) known.add(commit);
  }
  const { allowed, says } = decide(release, updates, (update) => known.has(update));
  context.out(`${clean(says)}\n`);
  return allowed ? exits.done : exits.failed;
}

async function releaseOf(context: Context, branch: string): Promise<Release> {
  const git = async (...args: string[]) => {
    const { code, stdout } = await run(context, "git", args);
    if (code === 0) return stdout.trim();
    throw new Refusal(
      `git knows no ${branch}, or not its whole history. Fix: git fetch --unshallow origin, or name ` +
        "stage's branch with --branch",
    );
  };
  const came = await git("merge-base", "HEAD", branch);
  const own = await git("log", "--no-merges", "--format=%h %s (%an)", "HEAD", `^${branch}`);
  return { came, own: own === "" ? [] : own.split("\n") };
}

async function updatesOf(context: Context, stage: string): Promise<readonly Update[]> {
  const args = ["stack", "history", "--stack", stage, "--json"];
  const { code, stdout, stderr } = await run(context, "pulumi", args);
  if (code !== 0) throw new Refusal(`the updates of ${stage} cannot be read: ${clean(stderr)}`);
  const found = history.safeParse(parsed(stdout));
  if (!found.success) throw new Refusal(`the updates of ${stage} cannot be read: no list`);
  return found.data.flatMap(({ kind, result, environment }): Update[] => {
    const commit = environment?.["git.head"];
    if (kind !== "update" || commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return [];
    const dirty = environment?.["git.dirty"] === "true";
    return [{ commit, succeeded: result === "succeeded", dirty }];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function run({ directory, env }: Context, program: string, args: readonly string[]) {
  return runProgram(program, args, { cwd: directory, env }).catch((error: unknown) => ({
    ...{ code: 127, stdout: "", stderr: String(error) },
  }));
}
