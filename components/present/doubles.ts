import type { ProviderResource } from "@pulumi/pulumi";

import { cloudMachines } from "../clouds";
import { madeBy } from "../fleet/node";
import { placeOf } from "../fleet/show";
import type { ResolvedFleet, ResolvedNode } from "../placement/resolved";
import { forEach, type Asking } from "./asking";
import { presentMachine } from "./machines";
import type { OwnState } from "./own-state";

/**
 * Refuses to make a machine beside one that this stack made at the same provider and place under the
 * same name or the former one: a state that forgot it (an older one that was brought back, a refresh with the
 * credentials of another account, an update that was killed, a host stack that was folded) would have
 * names led from the machine that has the data to an empty one. In stage's own stack it is said, and the update goes on.
 *
 * Not asked without a state, where it cannot be known whether the machine is this stack's own.
 */
export async function lookAtDoubles(
  fleet: ResolvedFleet,
  own: OwnState | undefined,
  aws: ProviderResource | undefined,
  asking: Asking,
): Promise<void> {
  if (own === undefined) return;
  const fresh = fleet.nodes.filter(
    (node) =>
      node.adopt === undefined && presentMachine(own, node, node.placement.provider) === undefined,
  );
  await forEach(fresh, (node) => lookAtDouble(fleet, node, aws, asking));
}

async function lookAtDouble(
  fleet: ResolvedFleet,
  node: ResolvedNode,
  aws: ProviderResource | undefined,
  asking: Asking,
): Promise<void> {
  const { provider, region } = node.placement;
  if (provider === "client" || region === undefined) return;
  const names = [node.name, ...(node.formerly === undefined ? [] : [node.formerly])];
  const stack = madeBy(fleet, node);
  const found = await asking.ask(
    `${provider} has a machine of ${names.join(" or ")} already, which the state does not know`,
    async () => {
      const { standing } = cloudMachines[provider];
      return (
        await Promise.all(names.map((name) => standing({ name, region, stack }, aws)))
      ).flat();
    },
  );
  if (found === undefined || found.length === 0) return;
  const there = `${provider} has a machine that stack ${stack} made for it (${found.join(", ")})`;
  if (fleet.environment !== "prod" && fleet.role === "environment") {
    asking.notes.push(
      `${placeOf(["nodes", node.name])} is not in the state of this stack, but ${there}: another is made beside it. ` +
        "Delete it at the provider where an update that was cut off made it, as it is paid for (docs/guides/an-update-was-interrupted.md).",
    );
    return;
  }
  asking.problems.push({
    path: placeOf(["nodes", node.name]),
    message: `is not in the state of this stack, but ${there}: a second, empty one would be made beside it, and the names led there`,
    fix:
      "bring a state back that knows it (docs/guides/berth-is-lost.md); delete it at the provider only where an " +
      "update that was cut off has just made it (docs/guides/an-update-was-interrupted.md)",
  });
}
