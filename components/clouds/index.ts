import type { Cloud } from "../fleet/fleet";
import { aws } from "./aws";
import { digitalocean } from "./digitalocean";
import type { CloudProgram } from "./host";
import { scaleway } from "./scaleway";

export type { CloudMachines, Host, Purchase, Takeover } from "./host";

/**
 * How each cloud makes a machine, takes one over and is asked; all give the same shape, so that the same steps
 * follow on all of them (R10). A cloud that is left out does not compile.
 */
export const cloudMachines: Readonly<Record<Cloud, CloudProgram>> = {
  digitalocean,
  scaleway,
  aws,
};
