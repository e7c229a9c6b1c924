import * as fs from "node:fs";
import * as path from "node:path";

import { launcher } from "../../components/machine/launcher";
import { agentKeys, usableKeys } from "./agent";
import type { Context } from "./context";
import { visit, type Errand, type Keys, type Session } from "./ssh";
import { Refusal, unknown } from "./usage";

/** As whom a command comes to the machines. */
export interface Entrance {
  readonly keys: Keys;
  /** A member, whose sudo is used; undefined: Berth's own account, with a deployer's key. */
  readonly member?: string;
}

/**
 * The way in with a deployer's key that the person's agent holds; only declared ones are offered, as
 * a machine hangs up after six. Throws a `Refusal` when the agent holds none.
 */
export async function asDeployer(
  context: Context,
  deployers: Readonly<Record<string, string>>,
): Promise<Entrance> {
  const usable = usableKeys(await agentKeys(context.env), deployers);
  return { keys: { env: context.env, offer: Object.values(usable) } };
}

/** The way in as a member, with that person's own keys. Throws a `Refusal` for an unknown member. */
export function asMember(context: Context, member: string, members: readonly string[]): Entrance {
  if (!members.includes(member)) {
    throw new Refusal(unknown("member", member, [...new Set(members)].sort()));
  }
  return { member, keys: personKeys(context, member) };
}

/** A person's own keys: whatever their agent and configuration hold. */
export function personKeys({ env }: Context, member: string): Keys {
  // A rehearsal's private keys lie beside the list of stand-ins, named after their owners.
  const standIns = env["BERTH_REHEARSAL_KEYS"];
  if (!standIns) return { env };
  const directory = path.dirname(standIns);
  const files = fs
    .readdirSync(directory)
    .filter((name) => new RegExp(`^${member}-[0-9a-f]{8}$`).test(name))
    .map((name) => path.join(directory, name));
  return { env, files };
}

/** A machine, and the account of unattended sessions on it. */
interface Enterable {
  readonly login: string;
  readonly address: string;
  readonly hostKey: string;
}

/** Runs a script as root on a machine, or as the account itself where Berth may only look. */
export function runScript(
  machine: Enterable,
  entrance: Entrance,
  script: string,
  timeoutMs: number,
  begins?: Errand["begins"],
): Promise<Session> {
  const login = entrance.member ?? machine.login;
  return visit({ login, address: machine.address, hostKey: machine.hostKey }, entrance.keys, {
    command: launcher,
    input: script,
    timeoutMs,
    ...(begins && { begins }),
  });
}
