import { projectName } from "../../components/stack-file/stack-files";
import { deployersOf, survey } from "../fleet/fleet";
import { chosenMachines } from "../fleet/targets";
import type { Context } from "../ground/context";
import { variables } from "../ground/jenkins";
import { printableLine } from "../ground/printable";
import { asDeployer } from "../ground/sessions";
import { exits, readCommandLine, Refusal, UsageError } from "../ground/usage";
import { ownerIn } from "../jobs/plan";
import { carryOut, unsaidText } from "./carry-out";
import { JenkinsAgents } from "./jenkins";
import { standingOf, takenIn, type Standing } from "./wanted";

/** How `berth agents` is called. */
export const usage = `usage: berth agents [--check | --renew] [node…]

Gives each node that says \`jenkins: agent\` an agent of the agency's Jenkins: in a container on the node,
which comes in to Jenkins over TLS with a secret of its own. It takes its projects' deliveries of that
environment alone, never tests. Agents are made and taken away one by one, by their names; those that
people or other Berth projects made are never touched. What no node declares any more is taken away, on Jenkins first.

  --check    says what differs, and changes nothing
  --renew    gives the agents of these nodes another name and with it another secret: after somebody left
             who could read the one before; without a node: all

${variables.user} and ${variables.token} hold an account on Jenkins and its API token. JENKINS_URL,
where it is set, goes before the declared address, for this command alone.

exit status: 0 all is as declared, 1 something could not be done, 2 something differs (--check)
`;

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
  const owner = ownerIn(fleets, projectName(context.directory));
  const standing = standingOf(machines, owner, existing, (each) => renewed.includes(each));
  const taken = takenIn(standing, existing);
  if (taken.length > 0) {
    throw new Refusal(
      `${taken.join(", ")}: an agent of that name was made by hand or by another Berth project, and is not replaced; rename it`,
    );
  }
  if (flags.has("check")) return check(context, standing);
  const entrance = await asDeployer(context, deployersOf(fleets));
  return carryOut({ context, jenkins, declared, entrance, machines }, standing);
}

function check(context: Context, standing: readonly Standing[]): number {
  const differ = standing.flatMap(({ kind, name }) => (kind === "current" ? [] : [{ kind, name }]));
  for (const { kind, name } of differ) {
    const says = {
      ...{ left: "exists and is declared no more", missing: "is declared and missing" },
      unsaid: unsaidText,
    }[kind];
    context.out(`${printableLine(name)}: ${says}\n`);
  }
  if (differ.length === 0) context.out("all agents are as declared\n");
  return differ.length === 0 ? exits.done : exits.drift;
}
