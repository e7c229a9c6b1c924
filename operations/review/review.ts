import * as fs from "node:fs";

import type { Context } from "../ground/context";
import { readCommandLine, UsageError } from "../ground/usage";
import { exitCodeOf, exitCodes, reviewOf, type ReviewOptions, type StackReview } from "./model";
import { UnreadablePreview } from "../../engine/preview";
import { readCleaned } from "./read-cleaned";
import { clean } from "./redact";
import { renderMarkdown } from "./render/markdown";
import { renderTerminal } from "./render/terminal";
import type { Made } from "./run/made";
import { reviewLocally } from "./run/on-local-cloud";
import { reviewReal } from "./run/real";

/** How `berth review` is called. */
export const usage = `usage: berth review [--base REVISION] [--head REVISION] [--stack S[,S…]]
       berth review --real [--stack S[,S…]]
       berth review --from FILE[,FILE…]

What a change costs, interrupts, destroys and opens, before anybody agrees to it. Nothing is changed.

  (default)    deploys the base to a local cloud, previews the head over it; needs no account.
               --base  HEAD unless given; --head  the working directory unless given
  --real       previews the working directory against what is deployed, with your credentials
  --from FILE  judges what \`pulumi preview --json\` printed; with policies only where
               PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true was set
  --approve N[,N…]  approves the destruction of these resources, by name or URN
  --markdown   one comment for a pull request; otherwise for a terminal
  --out FILE   writes there instead of printing
  --no-sandbox does not shut in the program that is reviewed: for changes you trust

exit status: 0 nothing stands in the way, 1 not to be merged as it is, 3 a preview failed or could
not be read, 64 wrong usage
`;

/** `berth review`: previews of one or more stacks as one text that a person can approve. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["real", "markdown", "no-sandbox"],
    values: ["from", "base", "head", "stack", "approve", "out"],
  });
  if (words.length > 0) throw new UsageError(`review takes no words: ${words.join(" ")}`);
  refuseContradictions(flags, values);
  const made = await makeOrSay(context, flags, values);
  const reviews: StackReview[] = [];
  const failures = [...made.failures];
  for (const { source, text } of made.texts) {
    try {
      reviews.push(reviewOf(readCleaned(text, source), optionsOf(context, values, made)));
    } catch (error) {
      failures.push(saidBy(error));
    }
  }
  if (reviews.length === 0 && failures.length === 0) {
    failures.push(
      "No stack was previewed, so nothing is judged. Fix: name stacks that have a file.",
    );
  }
  reviews.sort(riskFirst);
  const frame = { ...made.frame, failures };
  const text = flags.has("markdown")
    ? renderMarkdown(reviews, frame)
    : renderTerminal(reviews, frame, values["out"] === undefined && process.stdout.isTTY === true);
  if (values["out"] === undefined) context.out(text);
  else fs.writeFileSync(values["out"], text);
  return failures.length > 0 ? exitCodes.failed : exitCodeOf(reviews);
}

function riskFirst(a: StackReview, b: StackReview): number {
  const risk = ({ verdict }: StackReview) => ["stop", "look", "clear"].indexOf(verdict);
  return risk(a) - risk(b) || (a.stack < b.stack ? -1 : 1);
}

function refuseContradictions(
  flags: ReadonlySet<string>,
  values: Readonly<Record<string, string>>,
): void {
  const comparing = values["base"] !== undefined || values["head"] !== undefined;
  const ways = [flags.has("real"), values["from"] !== undefined, comparing];
  if (ways.filter(Boolean).length > 1) {
    throw new UsageError("--real, --from and --base or --head are three ways; choose one");
  }
}

/**
 * The previews, or why there are none. A review that ends without a text would leave an older one
 * standing, so whatever stops it is its text.
 */
async function makeOrSay(
  context: Context,
  flags: ReadonlySet<string>,
  values: Readonly<Record<string, string>>,
): Promise<Made> {
  try {
    return await make(context, flags, values);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const frame = { made: "The review did not come to its end", notes: [] };
    return { texts: [], frame, beyond: true, failures: [saidBy(error)] };
  }
}

function saidBy(error: unknown): string {
  if (error instanceof UnreadablePreview) return error.message;
  return clean(error instanceof Error ? error.message : String(error));
}

async function make(
  context: Context,
  flags: ReadonlySet<string>,
  values: Readonly<Record<string, string>>,
): Promise<Made> {
  const stacks = list(values["stack"]);
  if (values["from"] !== undefined) return fromFiles(list(values["from"]));
  if (flags.has("real")) return reviewReal(context.directory, stacks, context.env);
  context.say("deploying the base to a local cloud and previewing the change over it");
  return reviewLocally({
    clone: context.directory,
    base: values["base"] ?? "HEAD",
    head: values["head"],
    stacks,
    sandbox: !flags.has("no-sandbox"),
    say: context.say,
  });
}

function fromFiles(files: readonly string[]): Made {
  const texts = files.map((file) => {
    try {
      return { source: file, text: fs.readFileSync(file, "utf8") };
    } catch (error) {
      const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
      throw new UsageError(
        `--from ${file}: cannot be read (${why}); name what pulumi preview --json printed`,
      );
    }
  });
  const frame = { made: `from ${files.join(", ")}`, notes: [] };
  return { texts, frame, beyond: false, failures: [] };
}

function optionsOf(
  { now }: Context,
  values: Readonly<Record<string, string>>,
  { beyond }: Made,
): ReviewOptions {
  return { approved: list(values["approve"]), today: now.toISOString().slice(0, 10), beyond };
}

function list(text: string | undefined): readonly string[] {
  return (text ?? "").split(",").filter((entry) => entry !== "");
}
