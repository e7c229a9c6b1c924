import { stringify } from "yaml";

import { printableLine } from "../ground/printable";
import type { BucketStanza } from "./buckets";
import type { Line, Proposal, Stanza } from "./propose";

/** Marks what a person has to say. */
export const fillIn = "FILL IN";

/** Most lines of what was left out. */
const leftOutLimit = 200;

/**
 * A proposal as a stack file: what is known stands there, what a person has to fill in is a comment in its place, and
 * so is a whole stanza that nobody can declare as it stands. What providers tell cannot end a comment.
 */
export function render(
  { stanzas, buckets, leftOut }: Proposal,
  {
    sources,
    day,
    stack,
  }: { readonly sources: string; readonly day: string; readonly stack: string },
): string {
  const forget = [...stanzas, ...buckets].flatMap((each) => each.forget);
  const head = [
    `Found on ${day} in ${sources}. Nothing was changed.`,
    `${fillIn} marks what none of them tells: put it into Pulumi.${stack}.yaml, fill it in, and`,
    `pulumi preview --stack ${stack} names what is still missing. No machine is entered before.`,
    ...(forget.length === 0
      ? []
      : [
          "Before the first update, have the old tools forget what they declare, or their next run puts it",
          "back (R11, R59): take these out of their files too, and see that their plan says nothing of them:",
          ...[...new Set(forget)].map((line) => `- ${line}`),
        ]),
  ];
  const open = stanzas.filter(({ closed }) => closed.length === 0);
  const shut = stanzas.filter(({ closed }) => closed.length > 0);
  const bucketsOpen = buckets.filter(({ closed }) => closed.length === 0);
  const config = [
    ...section("projects", open.flatMap(projectLines)),
    ...section("nodes", open.flatMap(nodeLines)),
    ...(bucketsOpen.length === 0
      ? []
      : ["  berth:backups:", "    adopt:", ...bucketsOpen.map(bucketLine)]),
  ];
  const lines = [
    ...head.map(comment),
    ...(config.length === 0 ? ["config: {}"] : ["config:", ...config]),
    ...shut.flatMap(closedLines),
    ...buckets.flatMap((bucket) =>
      bucket.closed.length === 0
        ? []
        : [
            "",
            comment(`bucket ${bucket.name}: ${bucket.closed.join("; ")}`),
            `#${bucketLine(bucket)}`,
          ],
    ),
    ...(leftOut.length === 0 ? [] : ["", comment("Left out:")]),
    ...leftOut.slice(0, leftOutLimit).map((line) => comment(`- ${line}`)),
    ...(leftOut.length > leftOutLimit
      ? [comment(`- and ${leftOut.length - leftOutLimit} more`)]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}

function section(key: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  berth:${key}:`, ...lines];
}

function closedLines(stanza: Stanza): string[] {
  return [
    "",
    ...stanza.closed.map((why) => comment(`${stanza.slug}: ${why}`)),
    ...["  berth:projects:", ...projectLines(stanza), "  berth:nodes:", ...nodeLines(stanza)].map(
      (line) => `#${line}`,
    ),
  ];
}

function projectLines({ slug, notes, project }: Stanza): string[] {
  return [
    ...notes.map((note) => `    ${comment(note)}`),
    `    ${scalar(slug)}:`,
    ...project.map((line) => `      ${lineText(line)}`),
  ];
}

function nodeLines({ slug, kind, machine }: Stanza): string[] {
  return [`    ${slug}:`, `      ${kind}:`, ...machine.map((line) => `        ${lineText(line)}`)];
}

function lineText(line: Line): string {
  return "value" in line
    ? `${line.key}: ${scalar(line.value)}`
    : comment(`${line.key}: ${fillIn} ${line.fill}`);
}

function bucketLine({ name, region }: BucketStanza): string {
  return `      - { name: ${scalar(name)}, region: ${scalar(region)} }`;
}

/** As every reader of YAML takes it, also one to which `on` is a word for true. */
function scalar(value: string | boolean): string {
  return stringify(value, { version: "1.1", lineWidth: 0 }).trimEnd();
}

function comment(text: string): string {
  return `# ${printableLine(text, 600)}`;
}
