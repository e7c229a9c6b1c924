import * as fs from "node:fs";
import * as path from "node:path";

import { projectName } from "../../components/stack-file/stack-files";
import type { Context } from "../ground/context";
import { readFleets } from "../ground/reading";
import { exits, readCommandLine, Refusal, unknown, UsageError } from "../ground/usage";
import { parallelOf } from "../ground/width";
import { assemble, only, type Board, type BoardRow } from "./assemble";
import { collectorsOf, type Collectors } from "./collectors/collectors";
import { gather } from "./gather";
import { webhookMark } from "../../components/integrations/webhook";
import { keepEvidence } from "../notify/evidence";
import { webhookOf } from "../notify/webhook";
import { digest } from "./digest";
import { page } from "./page";
import { terminal } from "./terminal";

/** How `berth board` is called. */
export const usage = `usage: berth board [--environment E | --stack S] [--html FILE] [--digest] [--json] [project…]

Every project at a glance, worst first: whether its site answers through the edge and at its origin, its
newest backup and restore drill, people with access, containers, disk, certificates, drift, the running
commit against its branch, updates and reboot, the grace of old machines, cost. Each with its age and
source. What nobody saw is unknown, and never good.

  --environment E  stage or prod, with the host stacks that serve it
  --stack S        this stack alone
  --parallel N     asked at once, of each kind (16)
  --within N       seconds for the whole board (50); what has not answered by then is unknown
  --digest         tells Slack the worst of it, by the webhook in SLACK_WEBHOOK_URL
  --alerts FILE    where it is kept that Slack took a message: a digest that it takes is kept there too
  --html FILE      writes the same as one page without anything beside it
  --json           as JSON
  project…         these alone, with every cell in full

Reads alone: the states of the backend that pulumi is logged in to, machines by a deployer's key of your
ssh-agent, sites as a visitor, repositories by your git, archives by your AWS credentials. Whoever has not
all of these has a board with more unknown.

exit status: 0 all that counts is good, 1 something is bad or unknown; with --digest 0 once Slack took it
`;

/** Seconds for the whole. */
const withinDefault = 50;

/** `berth board`: the fleet on one board. `collect` is for tests. */
export async function main(
  context: Context,
  argv: readonly string[],
  collect: typeof collectorsOf = collectorsOf,
): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["json", "digest"],
    values: ["environment", "stack", "parallel", "within", "html", "alerts"],
  });
  const [parallel, within, file] = [parallelOf(values), withinOf(values), values["html"]];
  const target = file === undefined ? undefined : writable(context, file);
  // A webhook that is absent is told before the fleet is looked at.
  const kept = values["alerts"];
  const tell = flags.has("digest") ? webhookOf(context.env) : undefined;
  const board = await make(context, values, words, { parallel, within, collect, kept });
  if (target !== undefined) replace(target, page(board));
  if (flags.has("json")) context.out(`${JSON.stringify(board, undefined, 2)}\n`);
  else if (target === undefined) context.out(terminal(board, words.length > 0));
  else context.out(`${file}: ${board.rows.length} rows, made at ${board.madeAt}\n`);
  if (tell !== undefined) {
    await tell(digest(board));
    if (kept !== undefined) keepEvidence(kept, context.env, context.now);
    context.say("Slack took the digest");
    return exits.done;
  }
  return isWell(board) ? exits.done : exits.failed;
}

/** Whether nothing that counts is bad or unknown, and something was looked at. */
export function isWell({ bad, unknown: unseen, good, notes }: Board): boolean {
  return bad === 0 && unseen === 0 && good > 0 && notes.length === 0;
}

interface How {
  readonly parallel: number;
  readonly within: number;
  readonly kept: string | undefined;
  readonly collect: (...args: Parameters<typeof collectorsOf>) => Collectors;
}

async function make(
  context: Context,
  values: Readonly<Record<string, string>>,
  words: readonly string[],
  { parallel, within, collect, kept }: How,
): Promise<Board> {
  const begun = Date.now();
  const { fleets, unread } = readFleets(context, values);
  const project = projectName(context.directory);
  const findings = await gather({
    ...{ project, fleets, parallel },
    collectors: collect(context, fleets),
    time: { now: () => context.now, until: begun + within * 1000 },
    ...(kept === undefined ? {} : { alerts: { file: kept, webhook: webhookMark(context.env) } }),
  });
  const seconds = Math.round((Date.now() - begun) / 100) / 10;
  const namesOf = ({ name, machine }: Pick<BoardRow, "name" | "machine">) =>
    [name, ...(machine === undefined ? [] : [machine])].flatMap((each) => [
      each,
      each.slice(each.indexOf("/") + 1),
    ]);
  const isNamed = (row: BoardRow) => words.some((word) => namesOf(row).includes(word));
  const board = assemble({ project, findings, unread, seconds, now: context.now });
  const known = board.rows.flatMap(namesOf);
  for (const word of words) {
    if (known.includes(word)) continue;
    throw new Refusal(unknown("project or machine", word, [...new Set(known)].sort()));
  }
  return words.length === 0 ? board : only(board, isNamed);
}

function withinOf(values: Readonly<Record<string, string>>): number {
  const text = values["within"];
  if (text === undefined) return withinDefault;
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 5 && seconds <= 3600) return seconds;
  throw new UsageError(`--within ${text}: a whole number of seconds from 5 to 3600 is needed`);
}

/** Where the page goes. Refused before anything is asked where it cannot. */
function writable({ directory }: Context, file: string): string {
  const target = path.resolve(directory, file);
  const folder = path.dirname(target);
  if (!fs.existsSync(folder)) {
    throw new Refusal(`--html ${file}: there is no directory ${folder}; make it first`);
  }
  if (fs.existsSync(target) && !fs.statSync(target).isFile()) {
    throw new Refusal(`--html ${file}: is there and is no file; name another one`);
  }
  return target;
}

/** Puts the page where the last one was, whole: whoever reads it meanwhile has one or the other. */
function replace(target: string, text: string): void {
  const made = `${target}.${process.pid}.new`;
  try {
    fs.writeFileSync(made, text);
    fs.renameSync(made, target);
  } catch (error) {
    fs.rmSync(made, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(`${target}: cannot be written: ${why}`, { cause: error });
  }
}
