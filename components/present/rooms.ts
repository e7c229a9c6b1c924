import type { ProviderResource } from "@pulumi/pulumi";

import { cloudMachines } from "../clouds";
import type { Wanted } from "../clouds/look";
import { clouds } from "../fleet/fleet";
import { placeOf } from "../fleet/show";
import type { ResolvedFleet, ResolvedNode } from "../placement/resolved";
import type { Asking } from "./asking";
import { presentMachine } from "./machines";
import type { OwnState } from "./own-state";

/**
 * Refuses machines that an account has no room for, before the first of them is bought: each cloud
 * says how it is asked.
 */
export async function lookAtRooms(
  { stack, nodes }: ResolvedFleet,
  own: OwnState | undefined,
  aws: ProviderResource | undefined,
  asking: Asking,
): Promise<void> {
  for (const cloud of clouds) {
    const machines = nodes
      .filter(({ placement, adopt }) => placement.provider === cloud && adopt === undefined)
      .flatMap((node) => wanted(node, own));
    const demand = { stack, hasState: own !== undefined, machines };
    await cloudMachines[cloud].lookAtRoom(demand, aws, asking);
  }
}

function wanted(node: ResolvedNode, own: OwnState | undefined): Wanted[] {
  const { name, formerly, placement } = node;
  const { region, size, provider } = placement;
  if (region === undefined || size === undefined) return [];
  return [
    {
      path: placeOf(["nodes", name]),
      region,
      size: size.name,
      fresh: presentMachine(own, node, provider) === undefined,
      holds: (type, ending) => {
        const former = formerly === undefined ? undefined : `${formerly}-${ending}`;
        return own?.find(type, `${name}-${ending}`, former) !== undefined;
      },
    },
  ];
}
