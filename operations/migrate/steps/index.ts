import type { Way } from "../journal";
import { stepNames, type Step, type StepName } from "../step";
import { admit } from "./admit";
import { backup } from "./backup";
import { declare } from "./declare";
import { deliver } from "./deliver";
import { down, end, purge } from "./ending";
import { checks, files } from "./files";
import { follow } from "./follow";
import { load } from "./load";
import { names } from "./names";
import { forward, freeze, promote, seal } from "./switch";
import { comeBack, ready } from "./way-back";

const all: Readonly<Record<StepName, Step>> = {
  declare,
  admit,
  deliver,
  follow,
  files,
  checks,
  backup,
  ready,
  freeze,
  load,
  seal,
  promote,
  return: comeBack,
  forward,
  names,
  purge,
  down,
  end,
};

/** Every step, in order. */
export const steps: readonly Step[] = stepNames.map((name) => all[name]);

/** Those of one way of moving. */
export function stepsOf(way: Way): readonly Step[] {
  return steps.filter(({ only }) => only === undefined || only === way);
}

/** Whether the one step comes before the other. */
export function isBefore(one: StepName, other: StepName): boolean {
  return stepNames.indexOf(one) < stepNames.indexOf(other);
}
