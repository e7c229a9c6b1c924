import type { Commit } from "./commits";
import { link, messageLimit, plain } from "./slack-text";

/** How a job ended, as it is told. */
export interface Result {
  readonly job: string;
  readonly outcome: "success" | "failure";
  /** The commits that came since the job last passed, newest first. */
  readonly commits: readonly Commit[];
  /** The build, where it can be looked at. */
  readonly url?: string | undefined;
  /** It failed before too, and these commits came since. */
  readonly still?: boolean;
}

/** What was told of a job before. */
export interface Told {
  readonly outcome: Result["outcome"];
  /** The newest commit that passed. */
  readonly passed?: string | undefined;
  /** Commits whose failure was told, newest first; absent in what was kept before each was told. */
  readonly failed?: readonly string[] | undefined;
}

/**
 * Of the commits since the last pass those that are told; undefined where nothing is news. News are the first failure,
 * commits that failed after it, each once, and the recovery; a repetition and a first success are none. Pure.
 */
export function newsOf(
  outcome: Result["outcome"],
  commits: readonly Commit[],
  before: Told | undefined,
): readonly Commit[] | undefined {
  if (outcome === "success") return before?.outcome === "failure" ? commits : undefined;
  if (before?.outcome !== "failure") return commits;
  const { failed } = before;
  const fresh = failed === undefined ? [] : commits.filter(({ hash }) => !failed.includes(hash));
  return fresh.length > 0 ? fresh : undefined;
}

/** The message: each commit with its own committer (R50). Pure; never longer than Slack takes. */
export function messageOf({ job, outcome, commits, url, still = false }: Result): string {
  const sign = outcome === "success" ? ":white_check_mark:" : ":x:";
  const says = outcome === "success" ? "passes again" : still ? "still fails" : "failed";
  const head = `${sign} ${plain(job)} ${says}${url === undefined ? "" : ` (${link(url, "log")})`}`;
  const lines = commits.map(
    ({ hash, who, title }) => `• ${hash.slice(0, 12)} by ${plain(who, 80)}: ${plain(title)}`,
  );
  // Room for the line that counts the rest.
  let length = head.length + 40;
  const shown = lines.filter((line) => (length += line.length + 1) <= messageLimit);
  const rest = lines.length - shown.length;
  return [head, ...shown, ...(rest > 0 ? [`• and ${rest} more`] : [])].join("\n");
}
