import type { Agents } from "../../components/fleet/jenkins";
import { endAgentScript, runAgentScript } from "../../components/machine/jenkins-agent";
import { machineName, type Machine } from "../fleet/fleet";
import type { Context } from "../ground/context";
import { printableLine } from "../ground/printable";
import { readFacts } from "../ground/report";
import { runScript, type Entrance } from "../ground/sessions";
import { exits } from "../ground/usage";
import type { JenkinsAgents } from "./jenkins";
import { markOf } from "./mark";
import type { Standing } from "./wanted";

/** Milliseconds that a machine has; an image may have to be pulled. */
const runMs = 20 * 60_000;

/** What agents are made and taken away by. */
export interface Hands {
  readonly context: Context;
  readonly jenkins: JenkinsAgents;
  readonly declared: Agents;
  readonly entrance: Entrance;
  readonly machines: readonly Machine[];
}

/** What is said of an agent whose mark does not tell whose it is. */
export const unsaidText =
  "its mark does not say whose it is, and no machine here has that name; another Berth project's, or of a machine that is gone: find out, and delete it on Jenkins in that case";

/** What goes goes first: a secret that somebody may have is worth nothing before another one is given out. */
export async function carryOut(hands: Hands, standing: readonly Standing[]): Promise<number> {
  const { context, jenkins, declared, entrance, machines } = hands;
  let failed = false;
  for (const { kind, name } of standing) {
    if (kind === "unsaid") context.out(`${printableLine(name)}: left alone: ${unsaidText}\n`);
    if (kind !== "left") continue;
    await jenkins.remove(name);
    context.out(`${printableLine(name)}: taken away from Jenkins\n`);
  }
  const served = new Set<Machine>();
  for (const each of standing) {
    if (each.kind === "left" || each.kind === "unsaid") continue;
    const { machine, labels } = each.wanted;
    served.add(machine);
    if (each.kind === "missing") await jenkins.create(each.name, markOf(machine), labels);
    else if (each.isUnsaid) await jenkins.describe(each.name, markOf(machine));
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
export async function onMachine(
  machine: Machine,
  entrance: Entrance,
  script: string,
): Promise<string> {
  const session = await runScript(machine, entrance, script, runMs);
  if (session.kind === "fault") return session.detail;
  return printableLine(readFacts(session.stdout).get("agent")?.at(-1) ?? "did not come to its end");
}
