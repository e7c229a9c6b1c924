import type { ProviderResource } from "@pulumi/pulumi";

import { awsAccount } from "./clouds/aws/account";
import type { ResolvedFleet } from "./placement/resolved";

/**
 * The provider bound to the agency's AWS account; undefined when the fleet needs nothing of AWS, so
 * that such a stack runs without AWS credentials.
 */
export function awsOf(fleet: ResolvedFleet): ProviderResource | undefined {
  const { nodes, leaving, buckets, agency } = fleet;
  const used = [...nodes, ...leaving].some(({ placement }) => placement.provider === "aws");
  return used || buckets.length > 0 ? awsAccount(agency.awsAccount) : undefined;
}
