import * as os from "node:os";

import type { ResolvedFleet, ResolvedProject } from "../../components/placement/resolved";
import { siteProgram } from "../../components/machine/programs";
import { quote } from "../../components/machine/quote";
import { deployersOf, machineName, survey, type Machine } from "../fleet/fleet";
import { servingMachine } from "../fleet/targets";
import { agentKeys, usableKeys } from "../ground/agent";
import type { Context } from "../ground/context";
import type { Scope } from "../ground/reading";
import { personKeys } from "../ground/sessions";
import { attend, follow, type Keys } from "../ground/ssh";
import type { Visit } from "../ground/ssh-options";
import { Refusal, unknown } from "../ground/usage";

/** Options that all commands about a project's site take, and what they mean. */
export const siteValues = ["environment", "stack", "as"] as const;
export const siteOptions = `  --environment E  stage or prod, with the host stacks that serve it
  --stack S        on this stack's own machine, whoever serves the project
  --as ACCOUNT     as this member and not as $USER; who is no member comes with a deployer's key`;

/** A project on the machine that delivers it, and how somebody comes there. */
export interface Site {
  readonly slug: string;
  readonly machine: Machine;
  readonly to: Visit;
  readonly keys: Keys;
  /** Whose account the history of deliveries names. */
  readonly by: string;
}

/**
 * The machine that delivers a project, and the way in: as the person, whose sudo is used, or with a deployer's key.
 * Throws a `Refusal` where nobody is to be found there, or the machine does not deliver the project; `does`: another
 * thing that it must do with the project.
 */
export async function siteOf(
  context: Context,
  slug: string,
  values: Readonly<Record<string, string>>,
  does: "deliveries" | "backups" = "deliveries",
): Promise<Site> {
  const scope: Scope = values;
  const { fleets, machines } = await survey(context, scope);
  const machine = deliveringMachine(fleets, machines, slug, does);
  return { slug, machine, ...(await wayTo(context, machine, deployersOf(fleets), values["as"])) };
}

/**
 * The way to a machine: as the person, whose sudo is used, or with a deployer's key. `as`: the account that was asked
 * for. Throws a `Refusal` where it is nobody's there, or the agent holds no deployer's key.
 */
export async function wayTo(
  context: Context,
  machine: Machine,
  deployers: Readonly<Record<string, string>>,
  as: string | undefined,
): Promise<Pick<Site, "to" | "keys" | "by">> {
  const account = as ?? context.env["USER"] ?? os.userInfo().username;
  const members = machine.declared.members.map(({ name }) => name);
  const { address, hostKey } = machine;
  if (members.includes(account)) {
    const to = { login: account, address, hostKey };
    return { to, keys: personKeys(context, account), by: account };
  }
  if (as !== undefined && account !== machine.login) {
    throw new Refusal(unknown(`member of ${machineName(machine)}`, account, members));
  }
  const usable = usableKeys(await agentKeys(context.env), deployers);
  const keys = { env: context.env, offer: Object.values(usable) };
  const to = { login: machine.login, address, hostKey };
  return { to, keys, by: Object.keys(usable)[0] ?? machine.login };
}

/** The machine that a project is delivered to. Throws a `Refusal` where none is. */
function deliveringMachine(
  fleets: readonly ResolvedFleet[],
  machines: readonly Machine[],
  slug: string,
  does: "deliveries" | "backups",
): Machine {
  const slugs = [...new Set(fleets.flatMap(({ projects }) => projects.map((each) => each.slug)))];
  if (!slugs.includes(slug)) throw new Refusal(unknown("project", slug, slugs.sort()));
  const machine = servingMachine(fleets, machines, slug);
  if (machine.declared[does].some((each) => each.slug === slug)) return machine;
  const here = fleets.filter(({ environment }) => environment === machine.environment);
  const project = here.flatMap(({ projects }) => projects).find((each) => each.slug === slug);
  throw new Refusal(whyNot(project, machine, does));
}

/** Why a machine does not do it with a project: what the stack file lacks. */
function whyNot(
  project: ResolvedProject | undefined,
  machine: Machine,
  does: "deliveries" | "backups",
): string {
  const { slug = "", repository, backup } = project ?? {};
  const name = machineName(machine);
  if (does === "backups" && backup === undefined) {
    return `${slug} has no backup in the stack file of ${machine.environment}, so ${name} makes no archive of it; declare one: backup: { database: postgres }`;
  }
  if (does === "backups" && backup?.compose !== undefined) {
    return `${name} does not back up what people brought up: its entry in berth:nodes must manage deploy`;
  }
  return repository === undefined
    ? `${slug} has no repository in the stack file, so nothing delivers it${does === "backups" ? ", and what is not delivered its node does not back up" : ""}`
    : `${name} does not deliver: its entry in berth:nodes must manage deploy and proxy`;
}

/** A command line of the machine's own program, as root. Each word arrives as it is. */
function commandOf(words: readonly string[], program = siteProgram): string {
  return ["sudo", "-n", program, ...words].map(quote).join(" ");
}

/**
 * Has a program of the machine's, the one that delivers unless told, do something and tells what it says as it says
 * it; `input`: what it reads. Answers its status.
 */
export async function tell(
  context: Context,
  { to, keys, machine }: Site,
  words: readonly string[],
  program?: string,
  input?: string,
): Promise<number> {
  context.say(`${to.login}@${to.address} (${machineName(machine)})`);
  const out = (line: string) => context.out(`${line}\n`);
  const { code, fault } = await follow(to, keys, commandOf(words, program), out, input);
  if (fault !== undefined) context.say(`${machineName(machine)}: ${fault}`);
  return code;
}

/** The same with the person's own terminal, for what asks or is asked. */
export function sit(
  context: Context,
  { to, keys }: Site,
  words: readonly string[],
): Promise<number> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY ? ["-t"] : [];
  return attend(to, keys, [commandOf(words)], terminal);
}
