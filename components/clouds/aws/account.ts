import { Provider } from "@pulumi/aws/provider";

import type { ResolvedFleet } from "../../placement/resolved";

/** AWS's home region for what has none of its own, and the manual's for backups (R30). */
const homeRegion = "us-east-1";

/**
 * The AWS provider bound to the declared account: credentials of another account fail before
 * anything is planned (R33). Undefined when the fleet needs nothing of AWS, so that such a stack
 * runs without AWS credentials.
 */
export function awsAccount(fleet: ResolvedFleet): Provider | undefined {
  const machines = [...fleet.nodes, ...fleet.leaving];
  const used = machines.some(({ placement }) => placement.provider === "aws");
  if (!used && fleet.buckets.length === 0) return undefined;
  return new Provider("aws", {
    region: homeRegion,
    allowedAccountIds: [fleet.agency.awsAccount],
  });
}
