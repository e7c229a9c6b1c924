import * as pulumi from "@pulumi/pulumi";

import type { Host, HostArgs } from "../host";

/** A machine of the client's (R1): nothing is created; it is reached as declared. */
export function clientHost({ node }: HostArgs): Host {
  const server = node.server!;
  return {
    id: pulumi.output(server.address),
    address: pulumi.output(server.address),
    login: server.login,
    hostKey: pulumi.output(server.hostKey),
  };
}
