import type * as pulumi from "@pulumi/pulumi";

import { cloudMachines, type Host, type Purchase, type Takeover } from "../clouds";
import { clientHost } from "../clouds/client/machine";
import { madeBy } from "../fleet/node";
import type { Adoption } from "../fleet/fleet";
import { isGuarded } from "../placement/exposure";
import type { FleetNode, ResolvedNode } from "../placement/resolved";
import { growsDisk, type PresentMachine } from "../present/machines";

/** What a node's machine follows from. */
export interface HostArgs extends FleetNode {
  /** The node's machine as the state has it; undefined where it is going to be made. */
  readonly present: PresentMachine | undefined;
}

/**
 * Makes or takes over the machine of a node where its placement says. Throws when the placement
 * names neither a machine nor what to buy.
 */
export function createHost(name: string, args: HostArgs, opts: pulumi.CustomResourceOptions): Host {
  const { node } = args;
  const { provider } = node.placement;
  if (provider === "client") return clientHost(node.server!);
  const machines = cloudMachines[provider];
  return node.adopt === undefined
    ? machines.buy(name, purchaseOf(args), opts)
    : machines.adopt(name, takeoverOf(args, node.adopt), opts);
}

/**
 * Whether deletion of a machine that Berth made is refused: in production, until everything about its
 * leaving was checked (R74, R75). A stanza that is dropped before then, or a destroy, finds it protected.
 */
export function isProtected({ fleet, node }: FleetNode): boolean {
  return fleet.environment === "prod" && !isReleased(node);
}

/** Whether the machine goes with the next update. */
export function isReleased({ retired }: Pick<ResolvedNode, "retired">): boolean {
  return retired?.remove === true;
}

function purchaseOf({ fleet, node, present }: HostArgs): Purchase {
  const { region, size, image, diskGb, login } = node.placement;
  if (region === undefined || !size || image === undefined || diskGb === undefined) {
    throw new Error("This placement does not create a machine.");
  }
  return {
    region,
    size: size.name,
    image,
    diskGb,
    // A grown disk never shrinks again; without it a node can become small again.
    growDisk: growsDisk(present, size.name, node.diskGb),
    ipv6: node.ipv6 === true,
    login,
    authorizedKeys: Object.values(fleet.team.deployers),
    openings: node.openings,
    stack: madeBy(fleet, node),
    protect: isProtected({ fleet, node }),
  };
}

function takeoverOf({ fleet, node }: HostArgs, adopt: Adoption): Takeover {
  const { id, region, size, login, hostKey } = adopt;
  return {
    id,
    region,
    size,
    login,
    hostKey,
    ...(isGuarded(node) ? { firewall: node.openings } : {}),
    stack: madeBy(fleet, node),
    protect: !isReleased(node),
  };
}
