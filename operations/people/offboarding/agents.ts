import type { Agents } from "../../../components/fleet/jenkins";
import { carryOut } from "../../agents/carry-out";
import { JenkinsAgents } from "../../agents/jenkins";
import { isOfMachine } from "../../agents/mark";
import { standingOf, takenIn, wantedOf } from "../../agents/wanted";
import { machineName, type Machine } from "../../fleet/fleet";
import type { Context } from "../../ground/context";
import type { Entrance } from "../../ground/sessions";
import { exits, Refusal } from "../../ground/usage";

/**
 * What became of the agent of Jenkins on a machine on which a person was root, who could read its secret (R51):
 * - `renewed`: it has another name and secret, and the one before is worth nothing,
 * - `open`: it has the secret that the person could read, or nobody knows.
 */
export interface RenewedAgent {
  /** `prod/kmc`. */
  readonly node: string;
  readonly verdict: "renewed" | "open";
  readonly seen: string;
}

/**
 * Renews the agents of these machines, one after the other; those that declare none are left out. Never throws a
 * `Refusal`: what could not be done is said. `carry` is for tests.
 */
export async function renewAgents(
  context: Context,
  entrance: Entrance,
  machines: readonly Machine[],
  declared: Agents | undefined,
  carry: typeof carryOut = carryOut,
): Promise<readonly RenewedAgent[]> {
  const wanted = wantedOf(machines);
  const done: RenewedAgent[] = [];
  for (const each of wanted) {
    const node = machineName(each.machine);
    try {
      done.push({ node, ...(await renew({ context, entrance, declared, carry }, each.machine)) });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      done.push({ node, verdict: "open", seen: error.message });
    }
  }
  return done;
}

interface Means {
  readonly context: Context;
  readonly entrance: Entrance;
  readonly declared: Agents | undefined;
  readonly carry: typeof carryOut;
}

async function renew(
  { context, entrance, declared, carry }: Means,
  machine: Machine,
): Promise<Omit<RenewedAgent, "node">> {
  if (declared === undefined) throw new Refusal("the agency says nowhere where its Jenkins is");
  const jenkins = new JenkinsAgents(declared.address, context.env);
  const existing = await jenkins.list();
  const { stack, owner } = machine;
  const place = { stack, owner, node: machine.node.name };
  // Of this machine alone: another one's is not this command's.
  const near = existing.filter(({ description }) => isOfMachine(description, place));
  const standing = standingOf([machine], owner, near, () => true);
  const taken = takenIn(standing, existing);
  if (taken.length > 0) throw new Refusal(`${taken.join(", ")}: is not of this machine on Jenkins`);
  const told: string[] = [];
  const heard = { ...context, out: (text: string) => void told.push(text.trim()) };
  const hands = { jenkins, entrance, context: heard, declared, machines: [] };
  const code = await carry(hands, standing);
  return { verdict: code === exits.done ? "renewed" : "open", seen: told.join("; ") };
}
