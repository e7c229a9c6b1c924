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
