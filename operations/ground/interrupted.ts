import { z } from "zod";

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  custom: z.boolean().default(false),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).default({}),
  outputs: z.unknown().optional(),
});

/** A stack's state as the engine exports it. */
export const exportedState = z.object({
  resources: z.array(resource).default([]),
  pending_operations: z.array(z.object({ type: z.string(), resource })).default([]),
});

/** Something that the engine was making when it was killed: whether it was made, it never learned. */
export interface Interrupted {
  /** Type, as the engine names it: `digitalocean:index/droplet:Droplet`. */
  readonly type: string;
  /** The program's own name of it: `kmc-server`. */
  readonly resource: string;
  /** The name it would bear at the provider, where it has one. */
  readonly name?: string;
  /** Id of the one that the state has under this name by now; any other is nobody's. */
  readonly known?: string;
}

/** Components, the engine's own resources, keys and sessions leave nothing at any provider. */
function leavesTrace({ type, custom }: z.infer<typeof resource>): boolean {
  return custom && !/^(pulumi|command|tls):/.test(type);
}

/**
 * What may exist at a provider without standing in the state. The engine keeps each until it is told
 * what became of it (`pulumi refresh --clear-pending-creates`); until then the next update only warns,
 * and makes a second one.
 */
export function interruptedIn(state: z.infer<typeof exportedState>): Interrupted[] {
  return state.pending_operations
    .filter(({ type, resource }) => type === "creating" && leavesTrace(resource))
    .map(({ resource: { type, urn, inputs } }) => {
      const name = inputs["name"] ?? inputs["bucket"];
      const known = state.resources.find((other) => other.urn === urn)?.id;
      return {
        type,
        resource: urn.split("::").at(-1) ?? urn,
        ...(typeof name === "string" ? { name } : {}),
        ...(known === undefined ? {} : { known }),
      };
    });
}

/** One sentence for a person. */
export function tellInterrupted({ type, resource, name, known }: Interrupted): string {
  const what = `${type.split(":").at(-1)} ${resource}${name === undefined ? "" : ` ("${name}")`}`;
  const besides = known === undefined ? "one that no state knows" : `one besides ${known}`;
  return (
    `pulumi was cut off while it made ${what}; there may be ${besides}: ` +
    `see docs/guides/an-update-was-interrupted.md`
  );
}
