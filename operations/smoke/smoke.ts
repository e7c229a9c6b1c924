import * as fs from "node:fs";
import * as path from "node:path";
import * as readline from "node:readline/promises";

import { zoneOf } from "../../components/fleet/names";
import { pricesOf } from "../../components/placement/old-prices";
import type { Placement } from "../../components/placement/placement";
import type { ResolvedFleet } from "../../components/placement/resolved";
import { hoursPerMonth } from "../../components/clouds/size";
import { clouds, type Cloud } from "../../components/fleet/fleet";
import { parseFleet } from "../../components/stack-file/parse";
import { ConfigError } from "../../components/fleet/problem";
import { readStackFiles } from "../../components/stack-file/stack-files";
import type { Context } from "../ground/context";
import { exits, readCommandLine, Refusal, unknown, UsageError } from "../ground/usage";
import { SmokeEngine } from "./engine";
import {
  hasState,
  isLeft,
  leftHalfMade,
  slug,
  smokeConfig,
  smokeDirectory,
  stack,
  writeProject,
  type SmokeProject,
} from "./project";

/** How `berth smoke` is called. */
export const usage = `usage: berth smoke --provider ${clouds.join("|")} [--domain NAME] [--yes]

Proves an account: makes the smallest machine, brings it to its declaration, gives it names under a
test domain, sees that a second run changes nothing, and takes everything down again. Says first what
it costs, and asks.

  --domain NAME  the test domain; berth-smoke.<the agency's first zone> when absent
  --yes          does not ask

It has a state of its own in .berth/smoke; your stacks are not touched. Ctrl-C takes everything down
too. Killed, it leaves that state, and the next run takes down first what was left.
`;

/** `berth smoke`: the bridge from the local cloud to a real account. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values } = readCommandLine(argv, {
    flags: ["yes"],
    values: ["provider", "domain"],
  });
  const provider = providerOf(values["provider"]);
  const { stacks, unreadable } = readStackFiles(context.directory);
  const unread = Object.hasOwn(unreadable, "stage") ? unreadable["stage"] : undefined;
  if (unread) throw new ConfigError(unread);
  const shared = stacks["stage"] ?? {};
  const domain = values["domain"] ?? testDomain(shared["agency"]);
  const config = smokeConfig(provider, domain, membersOf(shared["team"]));
  const fleet = fleetOf(shared, config, domain, context.now);
  const node = fleet.nodes[0]!;
  const { placement } = node;
  const left = isLeft(context.directory, provider);
  context.out(`${announce(placement, domain, context.now)}\n`);
  if (!flags.has("yes") && !(await agreed())) {
    context.say("nothing was made");
    return exits.failed;
  }
  const write = () => writeProject(context.directory, provider, config, context.env);
  const engine = new SmokeEngine(context.say);
  return engine.whileCatching(async () => {
    if (left) {
      context.say("an earlier smoke run was cut off; what it left is taken down first");
      const project = write();
      // Killed, it left its lock as well.
      await engine.run(project, "cancel", "--yes", "--stack", stack);
      if (!(await takeDown(context, provider, engine, project))) return exits.failed;
    }
    const project = write();
    const proven = await prove(context, engine, project);
    if (!(await takeDown(context, provider, engine, project))) return exits.failed;
    const outcome = proven ? "It works, and nothing" : "It failed; nothing";
    context.out(`${outcome} is left of it.\n`);
    return proven ? exits.done : exits.failed;
  });
}

function providerOf(name: string | undefined): Cloud {
  const found = clouds.find((cloud) => cloud === name);
  if (found) return found;
  throw new UsageError(
    name === undefined ? "which --provider?" : unknown("provider", name, clouds),
  );
}

/** Everybody of the team: the smoke machine proves their accounts as well. */
function membersOf(team: unknown): readonly string[] {
  const members: unknown = typeof team === "object" && team ? Reflect.get(team, "members") : {};
  return Object.keys((members ?? {}) as object);
}

/** `berth-smoke.` below the first zone of the agency itself. */
function testDomain(agency: unknown): string {
  const zones: unknown = typeof agency === "object" && agency ? Reflect.get(agency, "zones") : {};
  const domains: unknown =
    typeof agency === "object" && agency ? Reflect.get(agency, "domains") : [];
  const names = Object.keys((zones ?? {}) as object);
  const own = (Array.isArray(domains) ? domains : []).find((name: unknown) =>
    names.includes(String(name)),
  );
  const zone = own === undefined ? names[0] : String(own);
  if (zone === undefined)
    throw new Refusal("berth:agency.zones is empty: give --domain, and its zone there");
  return `${slug}.${zone}`;
}

function fleetOf(
  shared: Readonly<Record<string, unknown>>,
  smoke: Readonly<Record<string, unknown>>,
  domain: string,
  now: Date,
): ResolvedFleet {
  const { agency, team } = shared;
  const fleet = parseFleet({ stack, config: { agency, team, ...smoke }, stackFiles: {} }, now);
  if (zoneOf(domain, Object.keys(fleet.agency.zones)) === undefined) {
    throw new Refusal(`${domain} is in no zone of berth:agency.zones`);
  }
  return fleet;
}

function announce(
  { provider, region, size, diskGb, cost, reason }: Placement,
  domain: string,
  now: Date,
): string {
  const hourly = cost && cost.total / hoursPerMonth;
  const price =
    hourly === undefined
      ? "Its price is not known."
      : `About ${cost!.currency} ${hourly.toFixed(3)} an hour (${cost!.currency} ${cost!.total.toFixed(2)} a month, prices of ${pricesOf(cost!.asOf, now)}); it is up for some minutes, and providers may charge the whole hour.`;
  return [
    `This makes one machine at ${provider}, ${region ?? "?"}: ${size?.name ?? "?"}, ${diskGb ?? "?"} GB. ${reason}`,
    price,
    `Its names: ${domain} and its direct and origin names. Then all of it is deleted.`,
  ].join("\n");
}

async function agreed(): Promise<boolean> {
  if (process.stdin.isTTY !== true) {
    throw new Refusal("there is no terminal to ask in; give --yes when you agree to the cost");
  }
  const questions = readline.createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await questions.question("Go on? [y/N] ")).trim());
  } finally {
    questions.close();
  }
}

async function prove(
  { say }: Context,
  engine: SmokeEngine,
  project: SmokeProject,
): Promise<boolean> {
  const steps: readonly { readonly words: string; readonly args: readonly string[] }[] = [
    { words: "making a state of its own", args: ["stack", "init", stack] },
    { words: "making the machine and its names", args: update },
    { words: "a second run must change nothing", args: [...update, "--expect-no-changes"] },
  ];
  for (const { words, args } of steps) {
    if (engine.stopped) return false;
    say(words);
    if ((await engine.run(project, ...args)) !== 0) return false;
  }
  return true;
}

const update = ["up", "--yes", "--skip-preview", "--stack", stack] as const;

/** Deletes everything; the state stays when that fails, for the next run. */
async function takeDown(
  context: Context,
  provider: Cloud,
  engine: SmokeEngine,
  project: SmokeProject,
): Promise<boolean> {
  context.say("taking everything down");
  const halfMade = leftHalfMade(context.directory, provider);
  const destroy = ["destroy", "--yes", "--skip-preview", "--stack", stack];
  const down = async (...more: string[]) =>
    !hasState(context.directory, provider) ||
    (await engine.run(project, ...destroy, ...more)) === 0;
  // What somebody deleted in the console meanwhile cannot be deleted until the engine has seen it.
  if (!(await down()) && !(await down("--refresh"))) {
    context.say(
      "not everything is gone. Run it again; what is left stands above and in .berth/smoke",
    );
    return false;
  }
  if (halfMade.length > 0) {
    context.say(
      `the engine was killed while it made these, so look for them in the provider's console: ` +
        halfMade.join(", "),
    );
  }
  const directory = smokeDirectory(context.directory, provider);
  fs.rmSync(directory, { recursive: true, force: true });
  const parent = path.dirname(directory);
  if (fs.readdirSync(parent).length === 0) fs.rmdirSync(parent);
  return true;
}
