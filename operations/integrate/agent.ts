import { endAgentScript } from "../../components/machine/jenkins-agent";
import { projectName } from "../../components/stack-file/stack-files";
import { carryOut, onMachine } from "../agents/carry-out";
import { JenkinsAgents } from "../agents/jenkins";
import { isOfMachine, readMark } from "../agents/mark";
import { isNamedFor, standingOf, takenIn } from "../agents/wanted";
import { deployersOf, joined, type Machine } from "../fleet/fleet";
import type { Context } from "../ground/context";
import type { PublishedNode } from "../ground/published";
import { readFleets } from "../ground/reading";
import { asDeployer, type Entrance } from "../ground/sessions";
import { exits, Refusal } from "../ground/usage";
import { ownerHere, readAsked } from "./asked";

/** Gives a node its agent of Jenkins, on Jenkins and in its container; one that is as declared is left alone (R51). */
export async function beginAgent(context: Context, text: string): Promise<void> {
  const asked = readAsked("agent", text);
  const found = await machineOf(context, asked);
  if (found === undefined) throw new Refusal(`${asked.stack}/${asked.node} is declared no more`);
  const { machine, entrance } = found;
  const jenkins = new JenkinsAgents(asked.agents.address, context.env);
  const existing = await jenkins.list();
  // Of this machine alone: another one's is another resource's.
  const { owner } = machine;
  const near = existing.filter(({ description }) => isOfMachine(description, { ...asked, owner }));
  const standing = standingOf([machine], owner, near, () => false);
  const taken = takenIn(standing, existing);
  if (taken.length > 0) {
    throw new Refusal(
      `${taken.join(", ")}: an agent of that name was made by hand or by another Berth project on Jenkins, and is not replaced; rename it there`,
    );
  }
  const told = { ...context, out: context.say };
  const hands = { jenkins, entrance, context: told, declared: asked.agents, machines: [] };
  if ((await carryOut(hands, standing)) === exits.done) return;
  throw new Refusal(`the agent of ${asked.stack}/${asked.node} could not be brought up there`);
}

/** Takes a node's agent away: on Jenkins first, after which its secret is worth nothing, then on the machine. */
export async function endAgent(context: Context, text: string): Promise<void> {
  const asked = readAsked("agent", text);
  const jenkins = new JenkinsAgents(asked.agents.address, context.env);
  const { owner = ownerHere(context) } = asked;
  for (const { name, description } of await jenkins.list()) {
    if (!isOfMachine(description, { ...asked, owner })) continue;
    // Another Berth project may have a node of that name: its machine has another host key.
    if (readMark(description)?.owner === undefined && !isNamedFor(name, asked)) continue;
    await jenkins.remove(name);
    context.say(`${name}: taken away from Jenkins`);
  }
  // A machine that goes with this update takes its container along, whether it answers or not.
  const found = await machineOf(context, asked);
  if (found === undefined) return;
  const said = await onMachine(found.machine, found.entrance, endAgentScript());
  if (said !== "gone") context.say(`its container on ${asked.stack}/${asked.node}: ${said}`);
}

interface There {
  readonly stack: string;
  readonly node: string;
  readonly address: string;
  readonly hostKey: string;
}

async function machineOf(
  context: Context,
  { stack, node, address, hostKey }: There,
): Promise<{ readonly machine: Machine; readonly entrance: Entrance } | undefined> {
  const { fleets } = readFleets(context, {});
  const fleet = fleets.find((each) => each.stack === stack);
  if (fleet === undefined) return undefined;
  const published = { [node]: { address, hostKey } as PublishedNode };
  const { machines } = joined(projectName(context.directory), fleet, published);
  const machine = machines.find((each) => each.node.name === node);
  return machine && { machine, entrance: await asDeployer(context, deployersOf([fleet])) };
}
