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
}

/** What was told of a job before. */
export interface Told {
  readonly outcome: Result["outcome"];
  /** The newest commit that passed. */
  readonly passed?: string | undefined;
}

/** Whether a result is news: the first failure and the recovery are, a repetition and a first success are not. Pure. */
export function isNews(outcome: Result["outcome"], before: Told | undefined): boolean {
  return outcome === "failure" ? before?.outcome !== "failure" : before?.outcome === "failure";
}

/** The message: each commit with its own committer (R50). Pure; never longer than Slack takes. */
export function messageOf({ job, outcome, commits, url }: Result): string {
  const sign = outcome === "success" ? ":white_check_mark:" : ":x:";
  const says = outcome === "success" ? "passes again" : "failed";
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
