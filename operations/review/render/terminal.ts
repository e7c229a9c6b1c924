import { printable } from "../../ground/printable";
import type { StackReview, Verdict } from "../model";
import { sectionsOf } from "./sections";
import type { CommentFrame } from "./markdown";
import { factsOf, verdictText } from "./words";

const codes = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;
type Paint = keyof typeof codes;

const verdictPaints: Readonly<Record<Verdict, Paint>> = {
  stop: "red",
  look: "yellow",
  clear: "green",
};

/** The review as a person reads it in a terminal; `colour` false for pipes. */
export function renderTerminal(
  reviews: readonly StackReview[],
  frame: CommentFrame,
  colour: boolean,
): string {
  const paint = (name: Paint, text: string) =>
    colour ? `\u001b[${codes[name]}m${text}\u001b[0m` : text;
  const lines = reviews.flatMap((review) => [
    `${paint("bold", safe(review.stack || "unknown stack"))}: ${paint(verdictPaints[review.verdict], safe(verdictText(review)))}`,
    ...(review.verdict === "clear" && review.changes.length === 0 ? [] : details(review, paint)),
    "",
  ]);
  const notes = frame.notes.map((note) => paint("yellow", safe(note)));
  const failures = (frame.failures ?? []).map((failure) => paint("red", `Stop: ${safe(failure)}`));
  return [...failures, ...notes, ...lines, paint("dim", safe(frame.made)), ""].join("\n");
}

function details(review: StackReview, paint: (name: Paint, text: string) => string): string[] {
  const width = Math.max(...factsOf(review).map(({ name }) => name.length));
  return [
    ...review.projects.map(
      ({ project, text }) => `  ${paint("bold", safe(project))} ${safe(text)}`,
    ),
    ...factsOf(review).map(
      ({ name, text }) => `  ${paint("dim", name.padEnd(width))}  ${safe(text)}`,
    ),
    ...sectionsOf(review)
      .filter(({ title }) => title !== "Projects")
      .flatMap(({ title, lines }) => [
        `  ${paint("bold", safe(title))}`,
        ...lines.map((line) => `    ${painted(safe(line), paint)}`),
      ]),
  ];
}

function painted(line: string, paint: (name: Paint, text: string) => string): string {
  if (line.startsWith("+ ")) return paint("green", line);
  if (line.startsWith("- ")) return paint("red", line);
  return line;
}

function safe(text: string): string {
  return printable(text).replaceAll("\n", "\n    ");
}
