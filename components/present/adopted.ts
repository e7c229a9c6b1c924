import type * as pulumi from "@pulumi/pulumi";

import { cloudMachines } from "../clouds";
import type { Adoption, Fleet, NodeSpec } from "../fleet/fleet";
import { placeOf } from "../fleet/show";
import { forEach, type Asking } from "./asking";
import { presentMachine, type PresentMachine } from "./machines";
import type { OwnState } from "./own-state";

/** What a machine is, as far as its entry under `adopt` says so too. */
type Description = Pick<PresentMachine, "size" | "region">;

/**
 * Refuses an `adopt` that says another size or region than the machine has: Berth never resizes a
 * machine it did not make, so that a changed line would change prices and outputs, and nothing else.
 * The provider is asked where the state does not say the same as the stack file.
 */
export async function lookAtAdopted(
  fleet: Fleet,
  own: OwnState | undefined,
  provider: pulumi.ProviderResource | undefined,
  asking: Asking,
): Promise<void> {
  await forEach(fleet.nodes, async (node) => {
    const { adopt } = node;
    if (adopt === undefined) return;
    const known = presentMachine(own, node, adopt.provider);
    if (known !== undefined && differences(adopt, known).length === 0) return;
    const { id } = adopt;
    const answer = await asking.ask(
      `the machine ${id} at ${adopt.provider} is ${adopt.size} in ${adopt.region}`,
      () => cloudMachines[adopt.provider].describe(adopt, provider),
    );
    refuse(node, adopt, answer ?? known, asking);
  });
}

function refuse(
  { name }: NodeSpec,
  adopt: Adoption,
  found: Description | undefined,
  asking: Asking,
): void {
  if (found === undefined) return;
  for (const key of differences(adopt, found)) {
    asking.problems.push({
      path: placeOf(["nodes", name, "adopt", key]),
      message: `is not what the machine ${adopt.id} has: ${found[key]}. Berth does not change a machine that it did not make`,
      received: JSON.stringify(adopt[key]),
      fix:
        key === "size"
          ? `write ${found[key]}; to resize the machine, do it at ${adopt.provider} and write its new size here`
          : `write ${found[key]}`,
    });
  }
}

function differences(adopt: Adoption, found: Description): ("size" | "region")[] {
  return (["size", "region"] as const).filter((key) => {
    const has = found[key];
    return has !== undefined && has.toLowerCase() !== adopt[key].toLowerCase();
  });
}
