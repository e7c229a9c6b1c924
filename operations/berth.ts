import * as path from "node:path";

import { clockOf } from "../components/clock";
import { asRehearsed } from "../components/rehearsal-keys";
import { ConfigError } from "../components/fleet/problem";
import * as adopt from "./adopt/adopt";
import * as drill from "./backups/drill";
import * as recover from "./backups/recover";
import * as restore from "./backups/restore";
import type { Context } from "./ground/context";
import * as agents from "./agents/agents";
import * as backup from "./backups/backup";
import * as board from "./board/board";
import * as converge from "./fleet/converge";
import * as deployers from "./people/deployers";
import * as offboard from "./people/offboard";
import * as integrate from "./integrate/integrate";
import * as jobs from "./jobs/jobs";
import * as ssh from "./fleet/ssh";
import * as status from "./fleet/status";
import * as maintain from "./maintain/maintain";
import * as migrate from "./migrate/migrate";
import * as notify from "./notify/notify";
import * as dev from "./new/dev";
import * as newProject from "./new/new";
import { printable } from "./ground/printable";
import * as fold from "./fold/fold";
import * as retire from "./retire/retire";
import { publishedBy } from "./ground/published";
import * as stageFirst from "./release/gate";
import * as order from "./release/order";
import * as reviewComment from "./review/post";
import * as review from "./review/review";
import * as sentry from "./sentry/sentry";
import * as deploy from "./site/deploy";
import * as exec from "./site/exec";
import * as logs from "./site/logs";
import * as rollback from "./site/rollback";
import * as smoke from "./smoke/smoke";
import { exits, Refusal, unknown, UsageError } from "./ground/usage";

/** A command: what it does with its arguments, and how it is called. */
interface Command {
  readonly main: (context: Context, argv: readonly string[]) => Promise<number>;
  readonly usage: string;
  /** Its results are in colour: it takes care itself of what it did not write. */
  readonly paints?: boolean;
}

const commands: Readonly<Record<string, Command>> = {
  converge,
  maintain,
  offboard,
  deployers,
  ssh,
  status,
  board,
  review: { ...review, paints: true },
  "review-comment": reviewComment,
  "stage-first": stageFirst,
  order,
  smoke,
  new: newProject,
  dev,
  deploy,
  rollback,
  logs,
  exec,
  jobs,
  agents,
  integrate,
  sentry,
  notify,
  backup,
  drill,
  restore,
  recover,
  migrate,
  adopt,
  retire,
  fold,
};

/** What `berth` says of itself. */
export const usage = `usage: npm run berth -- <command> [arguments]
       npm run local -- berth <command> [arguments]      (on the local cloud)

  status      one table of machines, and what needs a person
  board       every project at a glance, worst first, in the terminal or as a page
  ssh         log in to the machine that serves a project
  deploy      deliver a project, or watch a delivery
  rollback    bring back the version before
  logs        what a project's containers said
  exec        run a command in a project's container
  jobs        the jobs of all projects on Jenkins, as files, or compared with what is there
  sentry      errors, outages and silence of production reach Slack by the agency's Sentry
  agents      agents of Jenkins on the nodes that declare one
  integrate   what pulumi up calls: a project's jobs on Jenkins, their first run, Slack's webhook proven
  notify      tell Slack how a job ended, or prove that its webhook works
  backup      make an archive of a project's data now
  restore     bring an archive back: to look into, for a developer, or in place
  recover     give a machine that came up empty its data, and let visitors in
  drill       prove that backups can be restored, or report which are proven
  migrate     move a live project to the machine of another stack
  adopt       the stanzas of a fleet that was made by hand or by another tool
  retire      end a project: last archive, names, note, lines; and which update comes next
  fold        move a host stack's machines into its environment's stack, by states alone
  converge    bring machines to their declaration, or say what differs
  maintain    update machines and have them boot anew, one at a time, in their window
  offboard    close a member's accounts everywhere, with evidence
  deployers   exchange the keys that may deploy
  review      what a change costs, interrupts, destroys and opens, before anybody agrees to it
  review-comment  put that into a pull request's comment, always the same one
  stage-first whether production may follow stage with what is checked out
  order       the stacks that a deployment takes, hosts that serve first
  new         write the repository of a new project
  dev         write ./dev into the repository of one that was there before
  smoke       prove an account: one machine up, and down again

berth <command> --help says more. Stacks and addresses are those of the backend that pulumi is
logged in to; keys are those of your ssh-agent.
`;

/** Runs one command line. Never throws for what a person can put right: that is said on stderr. */
export async function berth(context: Context, argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "help" || name === "-h") {
    (name === undefined ? context.say : context.out)(usage);
    return name === undefined ? exits.usage : exits.done;
  }
  const plain = plainly(context);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (!command) throw new UsageError(unknown("command", name, Object.keys(commands)));
    if (rest[0] === "--help" || rest[0] === "-h") {
      context.out(command.usage);
      return exits.done;
    }
    return await command.main(command.paints ? { ...plain, out: context.out } : plain, rest);
  } catch (error) {
    if (error instanceof UsageError) {
      plain.say(`berth: ${error.message}\n\n${command?.usage ?? usage}`);
      return exits.usage;
    }
    if (error instanceof Refusal || error instanceof ConfigError) {
      plain.say(`berth: ${error.message}`);
      return exits.failed;
    }
    throw error;
  }
}

/**
 * Whatever a command says, nothing that a terminal obeys comes with it. The rest of the context is the
 * given one's, unread: what is wrong with the clock is an error of the command that asks for it.
 */
function plainly(context: Context): Context {
  const said: Pick<Context, "out" | "say"> = {
    out: (text) => context.out(printable(text)),
    say: (text) => context.say(printable(text)),
  };
  return Object.defineProperties({ ...said } as Context, {
    ...Object.getOwnPropertyDescriptors(context),
    ...Object.getOwnPropertyDescriptors(said),
  });
}

/** `npm run berth`: in this clone, with the person's own environment. */
export function main(argv: readonly string[]): Promise<number> {
  return berth(contextOf(path.resolve(__dirname, ".."), process.env), argv);
}

/** The context of a person who runs a command in `directory` with this environment. */
export function contextOf(directory: string, env: NodeJS.ProcessEnv): Context {
  return {
    directory,
    env,
    get now() {
      return clockOf(env)();
    },
    out: (text) => void process.stdout.write(text),
    say: (text) => void process.stderr.write(`${text.trimEnd()}\n`),
    published: publishedBy(directory, env),
    keys: (fleet) => asRehearsed(fleet, env),
  };
}
