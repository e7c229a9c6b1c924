import { randomUUID } from "node:crypto";
import * as os from "node:os";

import type { Context } from "../ground/context";
import { exits, readCommandLine, Refusal, unknown, UsageError } from "../ground/usage";
import { survey } from "./answers";
import { stageFirst } from "./gates";
import { Keeper, ways, type Journal, type Way } from "./journal";
import { Lease } from "./lease";
import { ask, Away, type Side } from "./machines";
import type { Move } from "./move";
import { isDelivered, refuseUnfit } from "./plan";
import { realWorld } from "./real";
import { abort } from "./retreat";
import { routeOf, type Found } from "./route";
import { run, type Outcome } from "./run";
import { planTakeover, takeOver } from "./takeover";
import { showPlan, showStatus, type Surveys } from "./show";
import { stepNames, type StepName } from "./step";
import { isBefore } from "./steps";
import { onStage } from "./stage";
import type { World } from "./world";

/** How `berth migrate` is called. */
export const usage = `usage: berth migrate [options] <project> --to STACK

Moves a project that is live to the machine of another stack: it is delivered and tested there, its databases
follow, its files are copied; then visitors wait for seconds while the one machine stops writing and the other
begins, and the old machine leads everybody on. What was done is kept on both machines: the same command goes
on after whatever cut it off, from any clone.

  --to STACK       whose machine serves it then: a host stack, or the environment itself on the way back
  --plan           say every step, what keeps it from being done, and how long visitors will wait; change nothing
  --until STEP     stop after a step: ${stepNames.filter((name) => mayStopAfter(name)).join(", ")}
  --by dump        databases are dumped, loaded and compared while visitors wait, where they cannot follow: MongoDB,
                   another major version, or a small site; nothing follows the new machine then
  --abort          give it up, as long as the new machine does not serve
  --status         how far it is
  --without STACK  the machine of STACK serves and is lost for good, and the one of --to follows it: that one serves with
                   what it received, says what may be missing, and asks; refused while the other one answers
  --confirm SLUG   what a person is asked to type otherwise
  --reason TEXT    why production may go before stage (R64); it is kept
  --commit         write the stack file's lines on a branch of their own, for review
  --as ACCOUNT     as this member and not as $USER; who is no member comes with a deployer's key

The cache of Cloudflare is emptied with CLOUDFLARE_API_TOKEN; the engine is the pulumi on PATH.

Ends with 0 when all is done, or all that can be by now; 1 when a step failed, and it says what is so then.
`;

/** `berth migrate`. */
export function main(context: Context, argv: readonly string[]): Promise<number> {
  return migrate(context, argv, realWorld);
}

/** The same in a given world. */
export async function migrate(
  context: Context,
  argv: readonly string[],
  worldOf: (context: Context, as: string | undefined) => World,
): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["plan", "abort", "status", "commit"],
    values: ["to", "until", "reason", "as", "by", "without", "confirm"],
  });
  const [slug, ...more] = words;
  const { to, reason } = values;
  if (slug === undefined || more.length > 0) throw new UsageError("which one project?");
  if (to === undefined) throw new UsageError("--to: to which stack?");
  if (["plan", "abort", "status"].filter((each) => flags.has(each)).length > 1) {
    throw new UsageError("--plan, --abort and --status: one of them");
  }
  const until = untilOf(values["until"]);
  const wanted = wayOf(values["by"]);
  const world = worldOf(context, values["as"]);
  try {
    const found = await routeOf(context, slug, to, world.side);
    if (flags.has("status")) return await showStatus(context, found, world);
    const sides = { old: world.side(found.route.source), new: world.side(found.route.target) };
    const by = values["as"] ?? context.env["USER"] ?? os.userInfo().username;
    const under = moving(found.journal);
    const { without, confirm } = values;
    if (without !== undefined) refuseNotLost(found, without, wanted);
    const lost = without === undefined ? wanted : "takeover";
    const way = refuseOtherWay(under, wanted) ?? lost ?? "replication";
    const journal = under ?? begin(found, world.now(), way, reason);
    // Each look for a machine that was lost takes its time, and visitors wait for the names.
    const isLost = under === undefined && way === "takeover";
    const kept = isLost ? [sides.new] : [sides.old, sides.new];
    const keeper = new Keeper(journal, kept, by, world.now);
    const commits = flags.has("commit");
    const move: Move = {
      ...found.route,
      ...{ context, world, ...sides, keeper, by, commits, laid: {} },
    };
    if (flags.has("plan")) {
      if (way === "takeover") return await planTakeover(move);
      const both = await surveysOf(sides, slug);
      const gate = await gateOf(found, world, context, reason);
      return showPlan(context, found, both, gate, way);
    }
    const lease = new Lease(slug, by, context.say);
    await lease.take(sides.old, sides.new);
    try {
      if (flags.has("abort")) {
        if (under === undefined) throw new Refusal(`${slug} is not moving to ${to}`);
        await abort(move);
        context.out(`${slug}: given up; ${found.route.source.stack} serves it as before\n`);
        return exits.done;
      }
      if (isLost) await takeOver(move, confirm);
      else if (under === undefined) {
        await refuseAtOnce(found, sides, way, await gateOf(found, world, context, reason));
      }
      return told(move, await run(move, until));
    } finally {
      await lease.release();
    }
  } finally {
    await world.close();
  }
}

function told({ context, slug, to }: Move, outcome: Outcome): number {
  const says: Readonly<Record<Outcome, string>> = {
    ended: `${slug} is with ${to}, and the move is over`,
    stopped: `stopped as told; the same command without --until goes on`,
    waits: `${slug} is served by ${to}; what is left has its time`,
    owes: `${slug} is served by ${to}; what the old machine owes is done by the same command once it answers`,
  };
  context.out(`${says[outcome]}\n`);
  return outcome === "owes" ? exits.failed : exits.done;
}

/** What keeps a move from being begun. Later the steps themselves look. */
async function refuseAtOnce(
  { route }: Found,
  sides: { old: Side; new: Side },
  way: Way,
  gate: string | undefined,
): Promise<void> {
  const both = await surveysOf(sides, route.slug).catch((error: unknown) => {
    if (!(error instanceof Away)) throw error;
    throw new Refusal(
      `${error.message}\nNothing was begun: ${route.slug} is with ${sides.old.name}, and no copy of its data serves without what that machine wrote last. Both machines must answer; bring back the one that does not, then: berth migrate ${route.slug} --to ${route.to}`,
      { cause: error },
    );
  });
  refuseUnfit({ ...both, delivered: isDelivered(both), way }, sides.new.name);
  if (gate !== undefined) throw new Refusal(gate);
}

async function surveysOf(sides: { old: Side; new: Side }, slug: string): Promise<Surveys> {
  const [old, target] = await Promise.all([
    ask(sides.old, ["survey", slug], survey),
    ask(sides.new, ["survey", slug], survey),
  ]);
  return { old, new: target };
}

/** Why production may not go yet; undefined where it may. */
async function gateOf(
  { route }: Found,
  world: World,
  context: Context,
  reason: string | undefined,
): Promise<string | undefined> {
  if (route.environment !== "prod" || reason !== undefined) return undefined;
  try {
    const stage = await onStage(context, route.slug);
    const cloud = route.placements.to.provider;
    await stageFirst(route.slug, cloud, { machine: stage, side: world.side });
    return undefined;
  } catch (error) {
    if (error instanceof Refusal && !(error instanceof Away)) return error.message;
    throw error;
  }
}

/** Refuses to leave a machine behind that is not the one that serves, or in the midst of a move. */
function refuseNotLost({ route, journal }: Found, without: string, way: Way | undefined): void {
  const { slug, from, to } = route;
  if (way !== undefined) throw new UsageError("--without and --by: one of them");
  if (without !== from) {
    throw new Refusal(`--without ${without}: ${slug} is served by ${from}`);
  }
  const under = moving(journal);
  if (under === undefined || under.way === "takeover") return;
  throw new Refusal(
    `--without ${without}: ${slug} is on the move from ${from} to ${to} and was not switched, so that what ${to} has is no whole copy; bring ${from} back`,
  );
}

function moving(journal: Journal | undefined): Journal | undefined {
  return journal?.state === "moving" ? journal : undefined;
}

/** A new journal, which is later than the last one's, whatever the clock of whoever began that. */
function begin(found: Found, now: Date, way: Way, reason: string | undefined): Journal {
  const { slug, environment, from, to, placements } = found.route;
  const last = found.last === undefined ? -Infinity : Date.parse(found.last.begun);
  return {
    ...{ format: 1, move: randomUUID(), slug, environment, from, to },
    clouds: { from: placements.from.provider, to: placements.to.provider },
    begun: new Date(Math.max(now.getTime(), last + 1)).toISOString(),
    state: "moving",
    way,
    revision: 0,
    steps: {},
    ...(reason === undefined ? {} : { reason }),
  };
}

function wayOf(text: string | undefined): Way | undefined {
  if (text === undefined) return undefined;
  const way = ways.find((each) => each === text);
  if (way === undefined) throw new UsageError(`--by: ${unknown("way", text, ways)}`);
  return way;
}

/** The way of a move that was begun. Throws a `Refusal` where another one is asked for now. */
function refuseOtherWay(journal: Journal | undefined, wanted: Way | undefined): Way | undefined {
  if (journal === undefined || wanted === undefined || wanted === journal.way) return journal?.way;
  throw new Refusal(
    `${journal.slug} is moving by ${journal.way}; go on without --by, or give it up first: --abort`,
  );
}

function untilOf(text: string | undefined): StepName | undefined {
  if (text === undefined) return undefined;
  const step = stepNames.find((each) => each === text);
  const possible = stepNames.filter((name) => mayStopAfter(name));
  if (step === undefined) throw new UsageError(`--until: ${unknown("step", text, possible)}`);
  if (mayStopAfter(step)) return step;
  throw new UsageError(
    `--until ${step}: visitors wait then, and nobody stops there; before it comes backup, after it forward`,
  );
}

/** Nobody stops where visitors wait. */
function mayStopAfter(name: StepName): boolean {
  return isBefore(name, "freeze") || !isBefore(name, "forward");
}
