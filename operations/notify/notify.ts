import type { Context } from "../ground/context";
import { exits, readCommandLine, UsageError } from "../ground/usage";
import { commitsOf, mostCommits } from "./commits";
import { keepEvidence } from "./evidence";
import { recall, remember } from "./memory";
import { messageOf, newsOf } from "./result";
import { webhookOf } from "./webhook";

/** How `berth notify` is called. */
export const usage = `usage: berth notify --test [--evidence FILE]
       berth notify --job NAME --result success|failure --commit HASH --memory FILE [options]

Tells a channel of Slack, by the webhook in SLACK_WEBHOOK_URL, how a job ended: the first failure, what
failed on top of it and the recovery, each commit with its own committer. What repeats is not told again.

  --test            send a test message: a webhook that is declared can be dead, and this is the proof
  --evidence FILE   where it is kept that Slack took it, for berth board --alerts
  --job NAME        the job; what was told of it before stands under this name
  --result R        how it ended
  --commit HASH     what it ran on
  --memory FILE     where it is kept what was told; made when it is not there
  --repository DIR  the clone that holds the commit; absent: this one
  --url URL         the build, which is linked

exit status: 0 told, or nothing to tell; 1 Slack did not take it: it is told by the next run
`;

/** `berth notify`. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["test"],
    values: ["job", "result", "commit", "memory", "repository", "url", "evidence"],
  });
  if (words.length > 0) throw new UsageError(`notify takes no words: ${words.join(" ")}`);
  const { job, result, commit, memory: file, repository = context.directory, url } = values;
  if (flags.has("test")) {
    const { evidence: kept, ...others } = values;
    if (Object.keys(others).length > 0) throw new UsageError("--test goes alone");
    await webhookOf(context.env)(":wave: A test message of berth notify: this webhook works.");
    if (kept !== undefined) keepEvidence(kept, context.env, context.now);
    context.out("Slack took the test message\n");
    return exits.done;
  }
  if (values["evidence"] !== undefined) throw new UsageError("--evidence goes with --test");
  if (job === undefined || commit === undefined || file === undefined) {
    throw new UsageError("--job, --result, --commit and --memory are needed, or --test alone");
  }
  if (result !== "success" && result !== "failure") {
    throw new UsageError("--result is success or failure");
  }
  if (!/^[0-9a-f]{40}$/.test(commit)) throw new UsageError("--commit is a whole hash of 40 digits");
  const tell = webhookOf(context.env);
  const memory = recall(file);
  const before = Object.hasOwn(memory, job) ? memory[job] : undefined;
  const passed = result === "success" ? commit : before?.passed;
  const isFailed = result === "failure";
  const ends = isFailed || before?.outcome === "failure";
  const commits = ends ? await commitsOf(repository, commit, before?.passed) : [];
  const news = newsOf(result, commits, before);
  if (news !== undefined) {
    const still = isFailed && before?.outcome === "failure";
    await tell(messageOf({ job, outcome: result, commits: news, url, still }));
  }
  // After Slack took it: what was refused is told by the next run.
  const known = [...commits.map(({ hash }) => hash), ...(before?.failed ?? [])];
  remember(file, memory, job, {
    outcome: result,
    ...(passed === undefined ? {} : { passed }),
    ...(isFailed ? { failed: [...new Set(known)].slice(0, mostCommits) } : {}),
  });
  context.out(
    news !== undefined
      ? `told: ${job} ${result}\n`
      : `${job} ${result}: nothing new, nothing told\n`,
  );
  return exits.done;
}
