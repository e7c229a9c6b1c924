import type * as pulumi from "@pulumi/pulumi";

import { cloudMachines, type Host, type Purchase, type Takeover } from "../clouds";
import { clientHost } from "../clouds/client/machine";
import type { Adoption, NodeSpec } from "../fleet/fleet";
import type { Placement } from "../placement/placement";
import { growsDisk, type PresentMachine } from "../present/machines";

/** What a node's machine follows from. */
export interface HostArgs {
  readonly node: NodeSpec;
  readonly placement: Placement;
  /** The node's machine as the state has it; undefined where it is going to be made. */
  readonly present: PresentMachine | undefined;
  /** Public keys that may enter as the initial account. */
  readonly deployerKeys: readonly string[];
  readonly labels: { readonly stack: string };
  /** Whether deletion of a machine that Berth made is refused. */
  readonly protect: boolean;
}

/**
 * Makes or takes over the machine of a node where its placement says. Throws when the placement
 * names neither a machine nor what to buy.
 */
export function createHost(name: string, args: HostArgs, opts: pulumi.CustomResourceOptions): Host {
  const { node, placement } = args;
  const { provider } = placement;
  if (provider === "client") return clientHost(node.server!);
  const machines = cloudMachines[provider];
  return node.adopt === undefined
    ? machines.buy(name, purchaseOf(args), opts)
    : machines.adopt(name, takeoverOf(args, node.adopt), opts);
}

function purchaseOf({
  node,
  placement: { region, size, image, diskGb, login },
  present,
  deployerKeys,
  labels,
  protect,
}: HostArgs): Purchase {
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
    login,
    authorizedKeys: deployerKeys,
    stack: labels.stack,
    protect,
  };
}

function takeoverOf({ node, labels }: HostArgs, adopt: Adoption): Takeover {
  const { id, region, size, login, hostKey } = adopt;
  return {
    id,
    region,
    size,
    login,
    hostKey,
    firewall: node.manage.includes("firewall"),
    stack: labels.stack,
    protect: node.retired?.remove !== true,
  };
}
