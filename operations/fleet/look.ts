import { isEntered } from "../../components/machine/declaration";
import {
  evidenceScript,
  factsScript,
  insideScript,
  oneAfterAnother,
} from "../../components/machine/questions";
import { renderConverge } from "../../components/machine/script";
import { isGuarded } from "../../components/placement/exposure";
import { readFacts } from "../ground/report";
import { runScript, type Entrance } from "../ground/sessions";
import type { Session } from "../ground/ssh";
import { readTraces } from "../ground/traces";
import { readBackedUp } from "./backed-up";
import { outcomeOf, type Outcome } from "./converging";
import { readDelivered } from "./delivered";
import { machineName, type Machine } from "./fleet";
import { readHealthFacts, type Health } from "./health";
import { readInside } from "./inside";
import { readServed } from "./served";

/** A machine at a glance, and all that it said. */
export interface Look {
  readonly health: Health;
  /** Empty where it was not reached. */
  readonly said: string;
}

/**
 * Looks at a machine in one session: what differs from its declaration, what it tells of itself, what listens and
 * runs there, who may enter and what nobody declared. `questions`: scripts that are run besides. Changes nothing there, and never
 * throws for what the machine does.
 */
export async function look(
  machine: Machine,
  entrance: Entrance,
  timeoutMs: number,
  questions = "",
): Promise<Look> {
  const observed = !isEntered(machine.declared);
  const looks = `${factsScript()}${insideScript()}${questions}${evidenceScript(machine.declared)}`;
  const script = observed ? looks : oneAfterAnother(renderConverge(machine.declared, true), looks);
  const session = await runScript(machine, entrance, script, timeoutMs);
  const told = session.kind === "ended" ? toldBy(session.stdout) : {};
  return {
    health: {
      node: machineName(machine),
      address: machine.address,
      outcome: observed && session.kind === "ended" ? { kind: "observed" } : checkOf(session),
      ...(isGuarded(machine.declared) ? {} : { unguarded: true as const }),
      ...told,
    },
    said: session.kind === "ended" ? session.stdout : "",
  };
}

function toldBy(said: string): Partial<Health> {
  const [facts, traces, served] = [readHealthFacts(said), readTraces(said), readServed(said)];
  const [delivered, backedUp] = [readDelivered(said), readBackedUp(said)];
  return {
    ...(facts ? { facts } : {}),
    ...(traces ? { traces } : {}),
    ...(served ? { served } : {}),
    ...(delivered ? { delivered } : {}),
    ...(backedUp ? { backedUp } : {}),
    inside: readInside(said),
  };
}

/** The check's outcome, whose status was printed because another script followed it. */
function checkOf(session: Session): Outcome {
  if (session.kind === "fault") return outcomeOf(session);
  const status = readFacts(session.stdout).get("status")?.at(-1);
  return outcomeOf({ ...session, code: status === undefined ? session.code : Number(status) });
}
