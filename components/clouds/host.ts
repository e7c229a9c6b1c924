import type * as pulumi from "@pulumi/pulumi";

import type { NodeSpec } from "../fleet/fleet";
import type { Placement } from "../placement/placement";
import type { PresentMachine } from "../present/machines";

/** A machine that can be entered: the same shape on every provider. */
export interface Host {
  /** The provider's id; the address for a client's machine. */
  readonly id: pulumi.Output<string>;
  /** Public IPv4 address, the same across a stop and start. */
  readonly address: pulumi.Output<string>;
  /** Account for the first login (R13). */
  readonly login: string;
  /** The host key to pin on the first connection, as an authorized_keys line. */
  readonly hostKey: pulumi.Output<string>;
  /** What must be in place besides the machine before anything can connect to it. */
  readonly wayIn?: readonly pulumi.Resource[];
}

/** What every provider's file gets to make a host from. */
export interface HostArgs {
  readonly node: NodeSpec;
  readonly placement: Placement;
  /** The node's machine as the state has it; undefined where it is going to be made. */
  readonly present: PresentMachine | undefined;
  /** Public keys that may enter as the initial account. */
  readonly deployerKeys: readonly string[];
  /** Labels that tell people in a console whose machine this is. */
  readonly labels: { readonly stack: string; readonly environment: string };
  /** Whether deletion is refused until the stack file says otherwise. */
  readonly protect: boolean;
}

/** The part of a placement that names what to buy; always there for a machine Berth makes. */
export interface Purchase {
  readonly region: string;
  readonly size: string;
  readonly image: string;
  readonly diskGb: number;
}

/** Reads a purchase out of a placement. Throws when the placement creates nothing. */
export function purchase({ region, size, image, diskGb }: Placement): Purchase {
  if (region === undefined || !size || image === undefined || diskGb === undefined) {
    throw new Error("This placement does not create a machine.");
  }
  return { region, size: size.name, image, diskGb };
}
