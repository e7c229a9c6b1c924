import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as readline from "node:readline/promises";

import { zoneOf } from "../../components/names";
import { place, type Placement } from "../../components/placement";
import { hoursPerMonth } from "../../components/sizes/size";
import { clouds, type Cloud, type Fleet } from "../../components/spec/fleet";
import { parseFleet } from "../../components/spec/parse";
import { readStackFiles } from "../../components/stack-files";
import type { Context } from "../context";
import { exits, readCommandLine, Refusal, unknown, UsageError } from "../usage";
import {
  slug,
  smokeConfig,
  smokeDirectory,
  stack,
  writeProject,
  type SmokeProject,
} from "./project";

/** How `berth smoke` is called. */
export const usage = `usage: berth smoke --provider digitalocean|scaleway|aws [--domain NAME] [--yes]

Proves an account: makes the smallest machine, brings it to its declaration, gives it names under a
test domain, sees that a second run changes nothing, and takes everything down again. Says first what
it costs, and asks.

  --domain NAME  the test domain; berth-smoke.<the agency's first zone> when absent
  --yes          does not ask

It has a state of its own in .berth/smoke; your stacks are not touched. Cut off, it leaves that state,
and the next run takes down first what was left.
`;

/** `berth smoke`: the bridge from the local cloud to a real account. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values } = readCommandLine(argv, {
    flags: ["yes"],
    values: ["provider", "domain"],
  });
  const provider = providerOf(values["provider"]);
  const shared = readStackFiles(context.directory)["stage"] ?? {};
  const domain = values["domain"] ?? testDomain(shared["agency"]);
  const config = smokeConfig(provider, domain, membersOf(shared["team"]));
  const fleet = fleetOf(shared, config, domain, context.now);
  const node = fleet.nodes[0]!;
  const placement = place(node);
  context.out(`${announce(placement, domain)}\n`);
  if (!flags.has("yes") && !(await agreed())) {
    context.say("nothing was made");
    return exits.failed;
  }
  const left = fs.existsSync(smokeDirectory(context.directory, provider));
  const project = writeProject(context.directory, provider, config, context.env);
  if (left) {
    context.say("an earlier smoke run was cut off; what it left is taken down first");
    if (!(await takeDown(context, provider, project))) return exits.failed;
    return main(context, ["--provider", provider, "--domain", domain, "--yes"]);
  }
  const proven = await prove(context, project);
  const gone = await takeDown(context, provider, project);
  if (!gone) return exits.failed;
  context.out(
    proven ? "It works, and nothing is left of it.\n" : "It failed; nothing is left of it.\n",
  );
  return proven ? exits.done : exits.failed;
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
): Fleet {
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
): string {
  const hourly = cost && cost.total / hoursPerMonth;
  const price =
    hourly === undefined
      ? "Its price is not known."
      : `About ${cost!.currency} ${hourly.toFixed(3)} an hour (${cost!.currency} ${cost!.total.toFixed(2)} a month, prices of ${cost!.asOf}); it is up for some minutes, and providers may charge the whole hour.`;
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

async function prove(context: Context, project: SmokeProject): Promise<boolean> {
  const init = await pulumi(project, "stack", "init", stack);
  if (init !== 0) return false;
  context.say("making the machine and its names");
  if ((await pulumi(project, "up", "--yes", "--skip-preview", "--stack", stack)) !== 0)
    return false;
  context.say("a second run must change nothing");
  return (
    (await pulumi(
      project,
      "up",
      "--yes",
      "--expect-no-changes",
      "--skip-preview",
      "--stack",
      stack,
    )) === 0
  );
}

/** Deletes everything; the state stays when that fails, for the next run. */
async function takeDown(
  context: Context,
  provider: Cloud,
  project: SmokeProject,
): Promise<boolean> {
  context.say("taking everything down");
  const known = (await pulumi(project, "stack", "select", stack)) === 0;
  const code = known
    ? await pulumi(project, "destroy", "--yes", "--skip-preview", "--stack", stack)
    : 0;
  if (code !== 0) {
    context.say(
      "not everything is gone. Run it again; what is left stands above and in .berth/smoke",
    );
    return false;
  }
  const directory = smokeDirectory(context.directory, provider);
  fs.rmSync(directory, { recursive: true, force: true });
  const parent = path.dirname(directory);
  if (fs.readdirSync(parent).length === 0) fs.rmdirSync(parent);
  return true;
}

function pulumi({ directory, env }: SmokeProject, ...args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", [...args, "--non-interactive"], {
      cwd: directory,
      env,
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
