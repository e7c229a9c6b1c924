import { z } from "zod";

import { environments } from "../../components/fleet/environment";
import { projectName } from "../../components/stack-file/stack-files";
import type { Context } from "../ground/context";
import { readFleets } from "../ground/reading";
import { Refusal } from "../ground/usage";
import { ownerIn } from "../jobs/plan";

const machine = { stack: z.string(), address: z.string(), hostKey: z.string() };
/** Whose it is, as `ownerOf` has it; absent in states of before it was said. */
const owner = z.string().optional();
const ofProject = { slug: z.string(), environment: z.enum(environments) };

/** What the program asks for on standard input, by what it is about. Nothing of it is a secret. */
export const forms = {
  /** A project's jobs; `declared` is there so that a change of it is one of the resource. */
  jobs: z.looseObject({
    jenkins: z.string(),
    owner,
    ...ofProject,
    formerly: z.string().optional(),
    machine: z.object(machine).optional(),
  }),
  /** The fleet's own. */
  "fleet-jobs": z.looseObject({ jenkins: z.string(), owner }),
  /** The agent of a node. */
  agent: z.looseObject({
    ...{ node: z.string(), ...machine, owner },
    agents: z.object({ address: z.string(), image: z.string() }),
  }),
  /** The first run of a project's job. */
  run: z.looseObject({ jenkins: z.string(), ...ofProject, moved: z.boolean() }),
  /** The proof of a webhook. */
  slack: z.looseObject({ stack: z.string(), webhook: z.string() }),
  /** What watches production; `projects` is there so that a change of them is one of the resource. */
  sentry: z.looseObject({
    owner,
    sentry: z.object({
      address: z.string().optional(),
      organization: z.string(),
      team: z.string(),
      channel: z.string(),
      workspace: z.string().optional(),
    }),
  }),
} as const;

export type What = keyof typeof forms;
export const whats = Object.keys(forms) as readonly What[];

/** Reads what is asked. Throws a `Refusal` for what is not of the form. */
export function readAsked<W extends What>(what: W, text: string): z.output<(typeof forms)[W]> {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    throw new Refusal(`integrate ${what} reads JSON on standard input, as pulumi up writes it`);
  }
  const reading = forms[what].safeParse(said);
  if (!reading.success) {
    const [issue] = reading.error.issues;
    throw new Refusal(
      `integrate ${what}: ${issue?.path.join(".") || "it"} is not as pulumi up writes it`,
    );
  }
  return reading.data as z.output<(typeof forms)[W]>;
}

/**
 * Whose all of it is that this clone declares: what is meant where `owner` is not asked with. Throws as `readFleets` does.
 */
export function ownerHere(context: Context): string {
  return ownerIn(readFleets(context, {}).fleets, projectName(context.directory));
}
