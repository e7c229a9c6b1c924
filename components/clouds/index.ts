import type { Cloud } from "../fleet/fleet";
import { machines as aws } from "./aws/machine";
import { machines as digitalocean } from "./digitalocean/machine";
import type { CloudMachines } from "./host";
import { machines as scaleway } from "./scaleway/machine";

export type { CloudMachines, Host, Purchase, Takeover } from "./host";

/**
 * How each cloud makes a machine or takes one over; all give the same shape, so that the same steps
 * follow on all of them (R10). A cloud that is left out does not compile.
 */
export const cloudMachines: Readonly<Record<Cloud, CloudMachines>> = {
  digitalocean,
  scaleway,
  aws,
};
