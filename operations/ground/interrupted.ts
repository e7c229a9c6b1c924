import type { StackState, StateResource } from "../../engine/state";
import { nameOf } from "../../engine/urn";

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
function leavesTrace({ type, custom }: StateResource): boolean {
  return custom && !/^(pulumi|command|tls):/.test(type);
}

/** What may exist at a provider without standing in the state. */
export function interruptedIn({ resources, halfMade }: StackState): Interrupted[] {
  return halfMade.filter(leavesTrace).map(({ type, urn, inputs }) => {
    const name = inputs["name"] ?? inputs["bucket"];
    const known = resources.find((other) => other.urn === urn)?.id;
    return {
      type,
      resource: nameOf(urn),
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
