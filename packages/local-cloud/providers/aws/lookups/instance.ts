import type { InvokeHandler } from "../../../emulator/handler";
import { isObject } from "../../../emulator/values";
import { regionOf } from "../ids";
import { lookupFailed } from "./failed";

/** One instance by id, with the disks it runs from. */
export const getInstance: InvokeHandler = (args, context) => {
  const id = String(args["instanceId"]);
  const region = regionOf(args, context);
  const data = context.world.get("aws/instance", id)?.data;
  if (!data || (data["region"] ?? region) !== region) {
    throw lookupFailed(
      "reading EC2 Instance",
      "Your query returned no results. Please change your search criteria and try again.",
    );
  }
  const disk = data["rootBlockDevice"];
  return Promise.resolve({
    ...data,
    id,
    instanceId: id,
    instanceState: data["instanceState"] ?? "running",
    region,
    rootBlockDevices: isObject(disk) ? [{ deviceName: "/dev/sda1", ...disk }] : [],
  });
};

/**
 * `getInstances` of a region by tags and states. Not recorded: arguments and results are the SDK's (7.48.0); that
 * the list may be empty is upstream's data source's (aws_instances).
 */
export const getInstances: InvokeHandler = (args, context) => {
  const region = regionOf(args, context);
  const tags = Object.entries(isObject(args["instanceTags"]) ? args["instanceTags"] : {});
  const named = args["instanceStateNames"];
  const states: readonly unknown[] = Array.isArray(named) ? named : ["running"];
  const found = context.world
    .list("aws/instance")
    .filter(({ data }) => (data["region"] ?? region) === region)
    .filter(({ data }) => states.includes(data["instanceState"] ?? "running"))
    .filter(({ data: { tags: own } }) =>
      tags.every(([key, value]) => isObject(own) && own[key] === value),
    );
  const each = (key: string) => found.flatMap(({ data }) => data[key] ?? []);
  return Promise.resolve({
    ...args,
    ...{ id: region, ids: found.map(({ id }) => id), region },
    ...{ ipv6Addresses: [], privateIps: each("privateIp"), publicIps: each("publicIp") },
  });
};
