import * as pulumi from "@pulumi/pulumi";

import { awsAccount, isAws } from "./clouds/aws/account";
import type { ResolvedFleet } from "./placement/resolved";

/**
 * The provider bound to the agency's AWS account; undefined when the fleet needs nothing of AWS, so
 * that such a stack runs without AWS credentials.
 */
export function awsOf(fleet: ResolvedFleet): pulumi.ProviderResource | undefined {
  return usesAws(fleet) ? awsAccount(fleet.agency.awsAccount) : undefined;
}

/** Whether anything of a fleet is at AWS. */
export function usesAws({ nodes, leaving, buckets, projects }: ResolvedFleet): boolean {
  const machines = [...nodes, ...leaving];
  // The keys that write to clients' buckets are the agency's account's.
  const archived = buckets.length > 0 || projects.some(({ archives }) => archives !== undefined);
  return archived || machines.some(({ placement }) => placement.provider === "aws");
}

/** Providers that components made for themselves, by account: a program has one for all of them. */
const made = new Map<string, pulumi.ProviderResource>();

/**
 * Options of a component that makes something in an AWS account, with a provider that is bound to it
 * (R33). One that the options or the parent bring is kept; policies judge whether it is bound.
 */
export function withAws(
  account: string,
  opts: pulumi.ComponentResourceOptions,
): pulumi.ComponentResourceOptions {
  const { parent, provider, providers = [] } = opts;
  if ([provider, ...Object.values(providers)].some(isAws)) return opts;
  if (parent?.getProvider("aws:s3/bucket:Bucket") !== undefined) return opts;
  const own = made.get(account) ?? awsAccount(account);
  made.set(account, own);
  return pulumi.mergeOptions(opts, { providers: [own] });
}
