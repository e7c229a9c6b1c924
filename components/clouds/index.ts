import type * as pulumi from "@pulumi/pulumi";

import { adoptEc2Instance, createEc2Instance } from "./aws/machine";
import { clientHost } from "./client/machine";
import { adoptDroplet, createDroplet } from "./digitalocean/machine";
import type { Host, HostArgs } from "./host";
import { adoptInstance, createInstance } from "./scaleway/machine";

export type { Host, HostArgs } from "./host";

/**
 * Makes or takes over the machine of a node where its placement says; every provider's file
 * returns the same shape, so the same steps follow on all of them (R10).
 */
export function createHost(name: string, args: HostArgs, opts: pulumi.CustomResourceOptions): Host {
  const adopted = args.node.adopt !== undefined;
  const { provider } = args.placement;
  switch (provider) {
    case "client":
      return clientHost(args);
    case "digitalocean":
      return adopted ? adoptDroplet(name, args, opts) : createDroplet(name, args, opts);
    case "scaleway":
      return adopted ? adoptInstance(name, args, opts) : createInstance(name, args, opts);
    case "aws":
      return adopted ? adoptEc2Instance(name, args, opts) : createEc2Instance(name, args, opts);
    default:
      return provider satisfies never;
  }
}
