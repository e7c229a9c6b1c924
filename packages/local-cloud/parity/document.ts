import { agrees, aspects, type Aspect, type Finding } from "./finding";
import { gapFor, type Gap } from "./gap";
import type { Outcome } from "./run";
import type { Cell, Row } from "./table";

const preamble = `# How close the local cloud is to the real providers

Written by \`npm run parity -- --write\`; a test keeps it current. Every call in \`packages/local-cloud/recorded/\` is put to the emulators, each on a fresh cloud that holds what the call presupposes, and the answers are compared field by field. Never compared: \`__meta\` and \`__pulumi_raw_state_delta\`, which only the real plugins' own machinery reads.

Columns:

- **check**: inputs as \`Check\` completes them. **refusal**: the texts of its refusals.
- **diff**: no change, update or replacement, with the nested paths; \`(diff)\` also compares \`deleteBeforeReplace\` and what stays stable. The number counts diffs in which the property changed; *stays* means that it was only seen not to.
- **preview**: which outputs a preview shows, with which value, and which it leaves unknown.
- **output**: which outputs exist after create, update and read: the same value where it was known before, else the same format (id, uuid, address, timestamp, hash).
- **read inputs**: what refresh and import take over as inputs. **secret**: which values are marked secret.
- **error**: the texts of failed calls, without hosts, ports and numbers of objects. *on request*: the cloud had a bad moment (500, 429, out of stock); the emulator shows that text only as a fault.

Below the calls stands **SDK**: how many fields of the type have the name, the place (input or output), the obligation and the secrecy that the class of the installed SDK gives them. That says nothing of behaviour.

A number says how many calls agreed; **gap n** points to a known gap below; *not yet recorded* means that the emulator declares the field and no recording touches it.
`;

/** What the comparisons of each provider rest on. */
const restsOn: Readonly<Record<string, string>> = {
  aws: "four calls of version 6.31 (one user, one instance), recorded live by the provider's maintainers; 7.48 is emulated, whose plugin was not to be had. All else is upstream's source and documentation",
  cloudflare: "the plugin (main branch after 6.17) before a double of the API",
  command:
    "the plugin 1.2.1 over SSH to a booted Debian host; `command:local:Command` is not recorded, and its emulation the provider's code at that version",
  digitalocean:
    "the plugin (4.80.1 and main branch near it) before a double of the API; a few calls of 4.27 live",
  scaleway: "the plugin (main branch near 1.54) before a double of the API",
  tls: "the plugin 5.6.1, which talks to nobody",
};

/** The whole report as Markdown; `schema` is what was compared with the SDK's classes. */
export function document(
  outcome: Outcome,
  rows: readonly Row[],
  gaps: readonly Gap[],
  schema: readonly Finding[],
): string {
  const numbers = new Map(gaps.map((gap, index) => [gap, index + 1]));
  const parts = [preamble, summary(rows, schema), "\n"];
  parts.push(
    "No account of the project's own was ever used: what a double or an older version may hide, the first run on a real account shows.\n\n",
  );
  for (const provider of unique(rows.map((row) => row.provider))) {
    parts.push(`## ${provider}\n\n`);
    const ofProvider = rows.filter((row) => row.provider === provider);
    for (const type of unique(ofProvider.map((row) => row.type))) {
      parts.push(
        section(
          type,
          ofProvider.filter((row) => row.type === type),
          schema.filter((finding) => finding.type === type),
          numbers,
          gaps,
        ),
      );
    }
  }
  parts.push("## Known gaps\n\n", gapList(gaps, numbers));
  parts.push("## Recorded, not emulated\n\n");
  for (const { type, calls, reason } of outcome.leftOut) {
    parts.push(`- \`${type}\` (${calls} calls): ${reason}\n`);
  }
  parts.push("\n", services);
  return parts.join("");
}

/** What the doubles rest on that stand for no provider; no recording of any was to be had. */
const services = `## Services beside the providers

None is recorded, so nothing here is compared; their clients' tests go by them.

- **Slack** (\`services/slack.ts\`): the documentation of incoming webhooks: paths, limits, words. No channel is archived, and no rate is kept.
- **Sentry** (\`services/sentry\`): requests are judged by the published API (\`published.json\`: github.com/getsentry/sentry-api-schema at a589a26) and, where that leaves a form open, by Sentry's own validators. Answers hold the fields that its published examples show of what is read. Nothing is sent to Slack, no monitor asks anything, and no event is taken.
- **Jenkins** (\`services/jenkins\`): its remote API as its documentation and source have it, for agents, jobs and builds. It runs nothing: a build ends as it was told to, well where nothing was said, or as badly as a job that it waits for; one that was told to run is at work until its object says how it ended. No agent connects.
`;

function summary(rows: readonly Row[], schema: readonly Finding[]): string {
  const lines = [
    "| provider | fields compared with calls | equal | with a known gap | not yet recorded | fields named as in the SDK | rests on |",
  ];
  lines.push("|---|---|---|---|---|---|---|");
  for (const provider of unique(rows.map((row) => row.provider))) {
    const of = rows.filter((row) => row.provider === provider);
    const recorded = of.filter((row) => row.recorded);
    const gap = recorded.filter((row) => Object.values(row.cells).some((c) => c.status === "gap"));
    const equal = recorded.filter((row) =>
      Object.values(row.cells).every((c) => c.status === "equal"),
    );
    const named = schema.filter((finding) => finding.provider === provider);
    const sdk = named.length > 0 ? `${named.filter(agrees).length} of ${named.length}` : "";
    lines.push(
      `| ${provider} | ${recorded.length} | ${equal.length} | ${gap.length} | ${of.length - recorded.length} | ${sdk} | ${restsOn[provider] ?? ""} |`,
    );
  }
  return `\n${lines.join("\n")}\n`;
}

function section(
  type: string,
  rows: readonly Row[],
  schema: readonly Finding[],
  numbers: ReadonlyMap<Gap, number>,
  gaps: readonly Gap[],
): string {
  const named = sdkLine(schema, numbers, gaps);
  if (rows.every((row) => !row.recorded)) {
    const fields = rows.map((row) => `\`${row.field}\``).join(", ");
    return `### ${type}\n\nNot yet recorded: ${fields}.\n\n${named}`;
  }
  const used = aspects.filter((aspect) => rows.some((row) => row.cells[aspect]));
  const lines = [`| field | ${used.join(" | ")} |`, `|---${"|---".repeat(used.length)}|`];
  for (const row of rows.filter((item) => item.recorded)) {
    const cells = used.map((aspect) => cellText(aspect, row.cells[aspect], numbers));
    lines.push(`| ${row.field} | ${cells.join(" | ")} |`);
  }
  const open = rows.filter((row) => !row.recorded).map((row) => `\`${row.field}\``);
  const rest = open.length > 0 ? `\nNot yet recorded: ${open.join(", ")}.\n` : "";
  return `### ${type}\n\n${lines.join("\n")}\n${rest}\n${named}`;
}

function sdkLine(
  schema: readonly Finding[],
  numbers: ReadonlyMap<Gap, number>,
  gaps: readonly Gap[],
): string {
  if (schema.length === 0) return "";
  const others = schema
    .filter((finding) => !agrees(finding))
    .map((finding) => {
      const gap = gapFor(finding, gaps);
      return `\`${finding.field}\` ${gap ? `**gap ${numbers.get(gap)}**` : "**different**"}`;
    });
  const rest = others.length > 0 ? `; ${others.join(", ")}` : "";
  return `SDK (\`${schema[0]!.at}\`): ${schema.length - others.length} of ${schema.length} fields${rest}.\n\n`;
}

function cellText(
  aspect: Aspect,
  cell: Cell | undefined,
  numbers: ReadonlyMap<Gap, number>,
): string {
  if (!cell) return "";
  if (cell.status === "different") return "**different**";
  if (cell.status === "gap") {
    return `**gap ${cell.gaps.map((gap) => numbers.get(gap)).join(", ")}**`;
  }
  if (aspect === "diff" && cell.changes === 0) return "stays";
  const count = aspect === "diff" ? cell.changes : cell.calls;
  return cell.onRequest > 0 ? `${count} (${cell.onRequest} on request)` : String(count);
}

function gapList(gaps: readonly Gap[], numbers: ReadonlyMap<Gap, number>): string {
  if (gaps.length === 0) return "None.\n\n";
  const lines = gaps.map(
    (gap) =>
      `${numbers.get(gap)}. \`${gap.type}\` ${gap.field}, ${gap.aspect}: ${gap.reason} Real: \`${short(gap.recorded)}\`; here: \`${short(gap.emulated)}\`.`,
  );
  return `${lines.join("\n")}\n\n`;
}

function short(text: string | RegExp): string {
  const line = String(text).replaceAll("\n", " ").replaceAll("`", "'");
  return line.length > 160 ? `${line.slice(0, 157)}…` : line;
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
