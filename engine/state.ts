import { z } from "zod";

import { stackOf, stackType } from "./urn";

const properties = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((fields) => fields ?? {});

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  /** Whether a provider made it; a component otherwise. */
  custom: z.boolean().default(false),
  /** The provider's; absent where there is none, and where it is still being made. */
  id: z.string().optional(),
  protect: z.boolean().default(false),
  inputs: properties,
  outputs: properties,
});

const deployment = z.object({
  resources: z.array(resource).default([]),
  pending_operations: z.array(z.object({ type: z.string(), resource })).default([]),
});

/** As `pulumi stack export` prints it; a stack that was never deployed has no deployment. */
const exported = z.object({ deployment: deployment.nullish() });

/** As a backend of files keeps it. */
const checkpoint = z.object({ checkpoint: z.object({ latest: deployment.nullish() }) });

/** A resource as a state holds it: values as the engine writes them, secrets encrypted. */
export type StateResource = z.infer<typeof resource>;

/** A stack's state. */
export interface StackState {
  readonly resources: readonly StateResource[];
  /** The stack's name; undefined where nothing was ever deployed. */
  readonly stack: string | undefined;
  /** What the stack put out when it last ran. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /**
   * What was being made when the engine was killed: whether it was, the engine never learned. It keeps
   * each until it is told what became of it (`pulumi refresh --clear-pending-creates`); until then the
   * next update only warns, and makes a second one.
   */
  readonly halfMade: readonly StateResource[];
}

/** Reads an exported state. Throws a `ZodError`, or a `SyntaxError` for what is no JSON. */
export function readExport(text: string): StackState {
  return stateOf(exported.parse(JSON.parse(text)).deployment);
}

/** Reads a state as a backend of files keeps it. Throws as `readExport` does. */
export function readCheckpoint(text: string): StackState {
  return stateOf(checkpoint.parse(JSON.parse(text)).checkpoint.latest);
}

function stateOf(raw: z.infer<typeof deployment> | null | undefined): StackState {
  const { resources, pending_operations: pending } = raw ?? deployment.parse({});
  const stack = resources.find(({ type }) => type === stackType);
  return {
    resources,
    stack: stack && stackOf(stack.urn),
    outputs: stack?.outputs ?? {},
    halfMade: pending.flatMap((each) => (each.type === "creating" ? [each.resource] : [])),
  };
}
