import type { Agents } from "../../components/fleet/jenkins";
import { endAgentScript, runAgentScript } from "../../components/machine/jenkins-agent";
import { deployersOf, machineName, survey, type Machine } from "../fleet/fleet";
import { chosenMachines } from "../fleet/targets";
import type { Context } from "../ground/context";
import { variables } from "../ground/jenkins";
import { printableLine } from "../ground/printable";
import { readFacts } from "../ground/report";
import { asDeployer, runScript, type Entrance } from "../ground/sessions";
import { exits, readCommandLine, Refusal, UsageError } from "../ground/usage";
import { JenkinsAgents } from "./jenkins";
import { markOf, standingOf, takenIn, wantedOf, type Standing } from "./wanted";

/** How `berth agents` is called. */
export const usage = `usage: berth agents [--check | --renew] [node…]

Gives each node that says \`jenkins: agent\` an agent of the agency's Jenkins: in a container on the node,
which comes in to Jenkins over TLS with a secret of its own. It takes its projects' deliveries of that
environment alone, never tests. Agents are made and taken away one by one, by their names; those that
people made are never touched. What no node declares any more is taken away, on Jenkins first.

  --check    says what differs, and changes nothing
  --renew    gives the agents of these nodes another name and with it another secret: after somebody left
             who could read the one before; without a node: all

${variables.user} and ${variables.token} hold an account on Jenkins and its API token. JENKINS_URL,
where it is set, goes before the declared address, for this command alone.

exit status: 0 all is as declared, 1 something could not be done, 2 something differs (--check)
`;

/** Milliseconds that a machine has; an image may have to be pulled. */
const runMs = 20 * 60_000;

/** `berth agents`. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, words } = readCommandLine(argv, { flags: ["check", "renew"] });
  if (flags.has("check") && flags.has("renew")) throw new UsageError("--check changes nothing");
  if (words.length > 0 && !flags.has("renew")) throw new UsageError("nodes are for --renew");
  const { fleets, machines, unread } = await survey(context, {});
  if (unread.length > 0) {
    // An agent of theirs would pass for one that nobody declares.
    const left = unread.map(({ stack }) => stack).join(", ");
    throw new Refusal(`the agents of all stacks are told together, and ${left} could not be read`);
  }
  const declared = fleets.flatMap(({ agency }) => agency.jenkins?.agents ?? [])[0];
  if (declared === undefined) {
    throw new Refusal(
      "no Jenkins is declared: write jenkins.agents with its address below berth:agency",
    );
  }
  const jenkins = new JenkinsAgents(declared.address, context.env);
  const renewed = flags.has("renew") ? chosenMachines(machines, words) : [];
  const existing = await jenkins.list();
  const standing = standingOf(wantedOf(machines), existing, (each) => renewed.includes(each));
  const taken = takenIn(standing, existing);
  if (taken.length > 0) {
    throw new Refusal(
      `${taken.join(", ")}: an agent of that name was made by hand, and is not replaced; rename it`,
    );
  }
  if (flags.has("check")) return check(context, standing);
  const entrance = await asDeployer(context, deployersOf(fleets));
  return carryOut({ context, jenkins, declared, entrance, machines }, standing);
}

function check(context: Context, standing: readonly Standing[]): number {
  const differ = standing.filter(({ kind }) => kind !== "current");
  for (const { kind, name } of differ) {
    const says = kind === "left" ? "exists and is declared no more" : "is declared and missing";
    context.out(`${printableLine(name)}: ${says}\n`);
  }
  if (differ.length === 0) context.out("all agents are as declared\n");
  return differ.length === 0 ? exits.done : exits.drift;
}

interface Hands {
  readonly context: Context;
  readonly jenkins: JenkinsAgents;
  readonly declared: Agents;
  readonly entrance: Entrance;
  readonly machines: readonly Machine[];
}

/** What goes goes first: a secret that somebody may have is worth nothing before another one is given out. */
async function carryOut(hands: Hands, standing: readonly Standing[]): Promise<number> {
  const { context, jenkins, declared, entrance, machines } = hands;
  let failed = false;
  for (const { kind, name } of standing) {
    if (kind !== "left") continue;
    await jenkins.remove(name);
    context.out(`${printableLine(name)}: taken away from Jenkins\n`);
  }
  const served = new Set<Machine>();
  for (const each of standing) {
    if (each.kind === "left") continue;
    const { machine, labels } = each.wanted;
    served.add(machine);
    if (each.kind === "missing") await jenkins.create(each.name, markOf(machine), labels);
    const secret = await jenkins.secretOf(each.name);
    const script = runAgentScript({ ...declared, name: each.name, secret });
    const said = await onMachine(machine, entrance, script);
    failed ||= !["kept", "made"].includes(said);
    const what = { kept: "as declared", made: "made" }[said] ?? said;
    context.out(`${each.name}: ${what}, takes ${labels.join(", ")}\n`);
  }
  for (const machine of machines) {
    // Where Berth may use Docker, and nothing is declared any more.
    if (served.has(machine) || !machine.node.manage.includes("deploy")) continue;
    const said = await onMachine(machine, entrance, endAgentScript());
    if (said === "gone") continue;
    failed = true;
    context.out(`${machineName(machine)}: ${said}\n`);
  }
  return failed ? exits.failed : exits.done;
}

/** The last word of a script about an agent. */
async function onMachine(machine: Machine, entrance: Entrance, script: string): Promise<string> {
  const session = await runScript(machine, entrance, script, runMs);
  if (session.kind === "fault") return session.detail;
  return printableLine(readFacts(session.stdout).get("agent")?.at(-1) ?? "did not come to its end");
}
