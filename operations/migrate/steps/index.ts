import type { Way } from "../journal";
import { stepNames, type Step, type StepName } from "../step";
import { admit } from "./admit";
import { backup } from "./backup";
import { declare } from "./declare";
import { deliver } from "./deliver";
import { down, end, purge } from "./ending";
import { checks, files } from "./files";
import { fence } from "./fence";
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
  fence,
  down,
  end,
};

/** Every step, in order. */
export const steps: readonly Step[] = stepNames.map((name) => all[name]);

/** What is left to do once a machine took over from one that was lost. */
const afterTakeover: readonly StepName[] = ["declare", "names", "purge", "fence", "end"];

/** Those of one way of moving. */
export function stepsOf(way: Way): readonly Step[] {
  if (way === "takeover") return afterTakeover.map((name) => all[name]);
  return steps.filter(({ only }) => only === undefined || only === way);
}

/** Whether the one step comes before the other. */
export function isBefore(one: StepName, other: StepName): boolean {
  return stepNames.indexOf(one) < stepNames.indexOf(other);
}
