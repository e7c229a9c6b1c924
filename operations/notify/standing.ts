import * as fs from "node:fs";
import { z } from "zod";

import { Refusal } from "../ground/usage";
import { messageLimit, plain } from "./slack-text";
import { webhookOf } from "./webhook";

/** Something that is wrong for as long as it lasts: whose it is, and one sentence. */
export interface Trouble {
  readonly subject: string;
  readonly what: string;
}

/** What is told of troubles now, and what is kept of it. */
export interface News {
  /** Not told before. */
  readonly came: readonly Trouble[];
  /** Subjects that had trouble and have none any more. */
  readonly recovered: readonly string[];
  readonly told: readonly Trouble[];
}

/** Figures grow while nothing else does: what differs in them alone is told already. */
const kind = ({ subject, what }: Trouble) => `${subject} ${what.replaceAll(/\d+/g, "#")}`;

/**
 * What is news: each trouble once while it lasts, and a subject's recovery. `blind`: nobody could look, so that what was
 * wrong before counts as lasting. Pure.
 */
export function newsOf(before: readonly Trouble[], found: readonly Trouble[], blind = false): News {
  const now = blind ? [...before, ...found] : found;
  const known = new Set(before.map(kind));
  const troubled = new Set(now.map(({ subject }) => subject));
  return {
    came: now.filter((each) => !known.has(kind(each))),
    recovered: [...new Set(before.map(({ subject }) => subject))].filter(
      (subject) => !troubled.has(subject),
    ),
    told: [...new Map(now.map((each) => [kind(each), each])).values()],
  };
}

/** The message; undefined where nothing is news. Pure; never longer than Slack takes. */
export function newsText(title: string, { came, recovered }: News): string | undefined {
  if (came.length === 0 && recovered.length === 0) return undefined;
  const head = `${came.length > 0 ? ":x:" : ":white_check_mark:"} ${plain(title)}`;
  const lines = [
    ...came.map(({ what }) => `• ${plain(what, 300)}`),
    ...recovered.map((subject) => `• ${plain(subject)}: right again`),
  ];
  // Room for the line that counts the rest.
  let length = head.length + 40;
  const shown = lines.filter((line) => (length += line.length + 1) <= messageLimit);
  const rest = lines.length - shown.length;
  return [head, ...shown, ...(rest > 0 ? [`• and ${rest} more`] : [])].join("\n");
}

const form = z.record(z.string(), z.array(z.object({ subject: z.string(), what: z.string() })));

/**
 * Tells a channel of Slack what came and what is right again since `file` was written, under a title; by the webhook of
 * `SLACK_WEBHOOK_URL`. Answers whether something was told. Throws a `Refusal` where the file is another's or Slack did
 * not take it: the next run then tells it. `blind` as in `newsOf`.
 */
export async function tellStanding(
  env: NodeJS.ProcessEnv,
  file: string,
  title: string,
  now: readonly Trouble[],
  blind = false,
): Promise<boolean> {
  const tell = webhookOf(env);
  const kept = recall(file);
  const news = newsOf(Object.hasOwn(kept, title) ? kept[title]! : [], now, blind);
  const text = newsText(title, news);
  if (text !== undefined) await tell(text);
  const draft = `${file}.${process.pid}.new`;
  fs.writeFileSync(draft, `${JSON.stringify({ ...kept, [title]: news.told }, undefined, 2)}\n`);
  fs.renameSync(draft, file);
  return text !== undefined;
}

function recall(file: string): Readonly<Record<string, readonly Trouble[]>> {
  if (!fs.existsSync(file)) return {};
  try {
    return form.parse(JSON.parse(fs.readFileSync(file, "utf8")));
  } catch {
    throw new Refusal(
      `--memory ${file}: is not what berth drill --report wrote; move it away: all that is wrong is then told anew`,
    );
  }
}
