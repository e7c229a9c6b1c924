/** One update of a stack, as `pulumi stack history` tells it. */
export interface Update {
  readonly commit: string;
  readonly succeeded: boolean;
  /** Whether files differed from the commit: then it says nothing of it. */
  readonly dirty: boolean;
}

/** What a release brings to production, by where it came from. */
export interface Release {
  /** The newest commit of the branch of stage that is in it. */
  readonly came: string;
  /** Commits in it that did not come by that branch, a line each, newest first. */
  readonly own: readonly string[];
}

/** Whether production may follow, and what the person who approves it has to know. */
export interface Decision {
  readonly allowed: boolean;
  readonly says: string;
}

/**
 * Stage first (R48, R49, R64): whatever came by stage's branch has been carried out on stage, and
 * succeeded there. A commit that did not come by it is a hotfix (R58): stage cannot have had it while
 * that branch is ahead, so it passes, and is named for the person who approves production. How far
 * stage is ahead, and whether its newest update succeeded, holds nobody up.
 *
 * `updates` newest first; `contains(update, commit)`: whether the one commit has the other in it.
 */
export function decide(
  { came, own }: Release,
  updates: readonly Update[],
  contains: (update: string, commit: string) => boolean,
): Decision {
  const clean = updates.filter(({ dirty }) => !dirty);
  const short = came.slice(0, 8);
  const itself = clean.find(({ commit }) => commit === came);
  if (itself && !itself.succeeded) {
    return {
      allowed: false,
      says: `Stage failed with ${short}, which this release brings. Fix: release a later commit that stage took.`,
    };
  }
  const carried = clean.find(({ commit, succeeded }) => succeeded && contains(commit, came));
  if (!carried) {
    return {
      allowed: false,
      says: `Stage was never deployed with ${short}, which this release brings, from a clean checkout. Fix: wait for stage's deployment, then run this again.`,
    };
  }
  const had = `Stage was deployed with all that came by its branch (${carried.commit.slice(0, 8)}).`;
  if (own.length === 0) return { allowed: true, says: had };
  return {
    allowed: true,
    says: [
      `${had} Not on stage, a hotfix (R58):`,
      ...own.slice(0, 10).map((line) => `- ${line}`),
      ...(own.length > 10 ? [`- and ${own.length - 10} more`] : []),
      "Merge it back to stage's branch, or its next release takes it out again.",
    ].join("\n"),
  };
}
