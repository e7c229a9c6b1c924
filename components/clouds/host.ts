import type * as pulumi from "@pulumi/pulumi";

import type { Opening } from "../placement/openings";
import type { CloudLooks } from "./look";

/** A machine that can be entered: the same shape on every provider. */
export interface Host {
  /** The provider's id; the address for a client's machine. */
  readonly id: pulumi.Output<string>;
  /** Public IPv4 address, the same across a stop and start. */
  readonly address: pulumi.Output<string>;
  /** Public IPv6 address; absent where it was bought without. */
  readonly address6?: pulumi.Output<string>;
  /** Account for the first login (R13). */
  readonly login: string;
  /** The host key to pin on the first connection, as an authorized_keys line. */
  readonly hostKey: pulumi.Output<string>;
  /** What must be in place besides the machine before anything can connect to it. */
  readonly wayIn?: readonly pulumi.Resource[];
}

/** A machine to buy. */
export interface Purchase {
  /** Region, or zone where machines are bought by zone. */
  readonly region: string;
  /** The cloud's own name of the size. */
  readonly size: string;
  /** What it is made from, as the cloud names it. */
  readonly image: string;
  /** GB of the root disk. */
  readonly diskGb: number;
  /** Whether the disk grows together with a change of the size, where it does not by itself. */
  readonly growDisk: boolean;
  /** Whether it gets a public IPv6 address besides; where the cloud's facts say that it can. */
  readonly ipv6: boolean;
  /** The account that the image prepares (R13). */
  readonly login: string;
  /** Public keys that may enter as that account. */
  readonly authorizedKeys: readonly string[];
  /** What its firewall lets in. */
  readonly openings: readonly Opening[];
  /** The stack that it belongs to: tells people in a console whose machine this is. */
  readonly stack: string;
  /** Whether deletion is refused until the stack file says otherwise. */
  readonly protect: boolean;
}

/** A machine that exists and is taken over (R11). */
export interface Takeover {
  /** The cloud's id of it. */
  readonly id: string;
  /** Region or zone where it runs. */
  readonly region: string;
  /** The cloud's own name of its size. */
  readonly size: string;
  /** The account that lets in. */
  readonly login: string;
  /** Its SSH host key, as an authorized_keys line. */
  readonly hostKey: string;
  /** What the firewall that is put before it lets in; absent: none is. */
  readonly firewall?: readonly Opening[];
  readonly stack: string;
  /** Whether leaving the stack is refused. */
  readonly protect: boolean;
}

/** What a cloud does to have a machine. `name` is the machine's, and begins its resources' names. */
export interface CloudMachines {
  /** Makes one, with a firewall and an address that it keeps. */
  readonly buy: (name: string, purchase: Purchase, opts: pulumi.CustomResourceOptions) => Host;
  /** Takes one over as it is. */
  readonly adopt: (name: string, takeover: Takeover, opts: pulumi.CustomResourceOptions) => Host;
}

/** All that the program does at a cloud. */
export interface CloudProgram extends CloudMachines, CloudLooks {}
