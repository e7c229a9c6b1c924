import * as pulumi from "@pulumi/pulumi";

import type { ClientServer } from "../../fleet/fleet";
import type { Host } from "../host";

/** A machine of the client's (R1): nothing is created; it is reached as declared. */
export function clientHost({ address, login, hostKey }: ClientServer): Host {
  return {
    id: pulumi.output(address),
    address: pulumi.output(address),
    login,
    hostKey: pulumi.output(hostKey),
  };
}
