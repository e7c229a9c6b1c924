import type { StackReview, Verdict } from "../model";
import { escapeHtml, escapeMarkdown as md, escapeTitle } from "./escape";
import { sectionsOf, type Section } from "./sections";
import { factsOf, verdictText } from "./words";

/** First line of the comment: a later run finds its own comment by it. */
export const marker = "<!-- berth-review -->";

/** Characters GitHub takes in one comment are 65,536. */
export const commentLimit = 65_000;

/** Project lines above the fold. */
const lineLimit = 6;

const marks: Readonly<Record<Verdict, string>> = { stop: "🔴", look: "🟠", clear: "🟢" };

/** What the comment says besides the stacks themselves. */
export interface CommentFrame {
  /** How it was made: `main against 1a2b3c4 on a local cloud, without credentials`. */
  readonly made: string;
  /** What the reader has to know about the run, such as changed program code. */
  readonly notes: readonly string[];
  /** Previews that could not be made or read: nothing below speaks of them. */
  readonly failures?: readonly string[];
}

/**
 * One comment for all stacks: verdicts first, then each stack's lines and table, and everything else
 * folded. Never longer than `limit`: what does not fit is left out by whole sections, last ones
 * first, and counted. Same reviews, same text.
 */
export function renderMarkdown(
  reviews: readonly StackReview[],
  frame: CommentFrame,
  limit = commentLimit,
): string {
  const quiet = reviews.filter(isQuiet);
  const loud = reviews.filter((review) => !isQuiet(review));
  const head = [
    marker,
    `## Berth review`,
    "",
    ...(frame.failures ?? []).map((failure) => `🔴 Stop: ${md(short(failure))}  `),
    ...frame.notes.map((note) => `⚠️ ${md(short(note))}  `),
    ...reviews
      .map(
        (review) =>
          `${marks[review.verdict]} **${md(review.stack || "unknown stack")}**: ${md(verdictText(review))}`,
      )
      .map((line) => `${line}  `),
    "",
    ...loud.flatMap(aboveFold),
    ...(quiet.length > 0 && loud.length > 0
      ? [`Nothing changes in ${md(quiet.map(({ stack }) => stack).join(", "))}.`, ""]
      : []),
  ].join("\n");
  const foot = `\n<sub>${md(frame.made)}. This comment is updated by the next run.</sub>\n`;
  const several = loud.length > 1;
  const parts = loud.flatMap((review) =>
    sectionsOf(review).map((section) => ({ review, section })),
  );
  const of = (form: Section["form"]) =>
    parts
      .filter(({ section }) => section.form === form)
      .map(({ review, section }) => fold(review, section, several));
  return fit(head, of("list"), of("code"), foot, limit);
}

function isQuiet(review: StackReview): boolean {
  return review.verdict === "clear" && review.changes.length === 0;
}

function aboveFold(review: StackReview): string[] {
  const lines = review.projects
    .slice(0, lineLimit)
    .map(({ project, text }) => `- **${md(project)}** ${md(text)}`);
  const rest = review.projects.length - lines.length;
  return [
    `### ${md(review.stack || "unknown stack")}`,
    "",
    ...lines,
    ...(rest > 0 ? [`- and ${rest} more, below`] : []),
    ...(lines.length > 0 ? [""] : []),
    ...review.errors.slice(0, 3).map((error) => `> ${md(short(error))}`),
    ...(review.errors.length > 0 ? [""] : []),
    "| | |",
    "| --- | --- |",
    ...factsOf(review).map(({ name, text }) => `| ${name} | ${md(short(text))} |`),
    "",
  ];
}

/** What stands above the fold has to leave room for what follows. */
function short(text: string): string {
  return text.length > 600 ? `${text.slice(0, 600)}… (whole text below)` : text;
}

function fold({ stack }: StackReview, section: Section, several: boolean): string {
  const title = `${several ? `${stack}: ` : ""}${section.title}`;
  const body =
    section.form === "code"
      ? `<pre>\n${section.lines.map(escapeHtml).join("\n")}\n</pre>`
      : section.lines.map((line) => `- ${md(line)}`).join("\n");
  return `<details><summary>${escapeTitle(title)}</summary>\n\n${body}\n\n</details>\n`;
}

/**
 * Adds whole sections while there is room for them and for saying how many are missing. Diffs come
 * last, together below one fold.
 */
function fit(
  head: string,
  lists: readonly string[],
  diffs: readonly string[],
  foot: string,
  limit: number,
): string {
  const room = limit - foot.length - 300;
  // Even the head of a very large change has an end: at a line's end.
  const start = head.length > room ? `${head.slice(0, head.lastIndexOf("\n", room))}\n` : head;
  const [shownLists, left] = fill(lists, room - start.length);
  const used = start.length + shownLists.reduce((sum, text) => sum + text.length + 1, 0);
  const [shownDiffs] = left > 0 ? [[]] : fill(diffs, room - used);
  const missing = lists.length + diffs.length - shownLists.length - shownDiffs.length;
  return [
    start,
    ...shownLists,
    ...(shownDiffs.length === 0
      ? []
      : [
          `<details><summary>Full diff (${diffs.length} resources)</summary>\n`,
          ...shownDiffs,
          "</details>\n",
        ]),
    ...(missing === 0
      ? []
      : [`${missing} sections left out for length: \`npm run berth -- review\` shows them all.\n`]),
    foot,
  ].join("\n");
}

/** The first sections that fit into so many characters, and how many do not. */
function fill(sections: readonly string[], room: number): [readonly string[], number] {
  let used = 0;
  const fitting = sections.findIndex((text) => (used += text.length + 1) > room);
  const shown = fitting === -1 ? sections : sections.slice(0, fitting);
  return [shown, sections.length - shown.length];
}
