import type { Context, InvokeHandler } from "../../../emulator/handler";
import { isObject, type Props } from "../../../emulator/values";
import { defaultNetwork, hasDefaultNetwork } from "../ec2/network";
import { regionOf } from "../ids";
import { lookupFailed } from "./failed";

/*
 * No call of these look-ups was recorded. Arguments and results are the SDK's (7.48.0); that a list
 * may be empty is upstream's data sources' (aws_vpcs, aws_subnets, aws_eips).
 */

/** `getVpcs` by `isDefault`: the default VPC of a region, or none. */
export const getVpcs: InvokeHandler = (args, context) => {
  const wanted = filtersOf(args, "isDefault");
  const ids = hasDefaultNetwork(args, context) ? [defaultNetwork(args, context).vpcId] : [];
  return Promise.resolve(listed(args, context, { ids: wanted === "false" ? [] : ids }));
};

/** `getSubnets` by `default-for-az`: the subnets of the default VPC. */
export const getSubnets: InvokeHandler = (args, context) => {
  const wanted = filtersOf(args, "default-for-az");
  const there = hasDefaultNetwork(args, context)
    ? defaultNetwork(args, context).subnets.map(({ id }) => id)
    : [];
  return Promise.resolve(listed(args, context, { ids: wanted === "false" ? [] : there }));
};

/** `getEips`: the Elastic IPs of a region, all or those with certain tags. */
export const getEips: InvokeHandler = (args, context) => {
  const tags = Object.entries(isObject(args["tags"]) ? args["tags"] : {});
  const held = context.world
    .list("aws/eip")
    .map(({ data }) => data)
    .filter((data) => data["region"] === regionOf(args, context))
    .filter(({ tags: own }) => tags.every(([key, value]) => isObject(own) && own[key] === value));
  return Promise.resolve(
    listed(args, context, {
      allocationIds: held.map((data) => data["allocationId"]),
      publicIps: held.map((data) => data["publicIp"]),
    }),
  );
};

function listed(args: Props, context: Context, found: Props): Props {
  const region = regionOf(args, context);
  return { ...args, tags: args["tags"] ?? {}, region, id: region, ...found };
}

/** The one value of a filter, if it is there; any other filter is not emulated. */
function filtersOf(args: Props, name: string): string | undefined {
  const filters = (Array.isArray(args["filters"]) ? args["filters"] : []).filter(isObject);
  const other = filters.find((filter) => filter["name"] !== name);
  if (other)
    throw lookupFailed("reading", `the local cloud knows no filter ${String(other["name"])}`);
  const [value] = filters.flatMap((filter) =>
    Array.isArray(filter["values"]) ? filter["values"].map(String) : [],
  );
  return value;
}
