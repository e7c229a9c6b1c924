import type { Context } from "../../../emulator/handler";
import type { Props } from "../../../emulator/values";
import { failed } from "../errors";
import { dropOwnAddress, ownAddress, publicDns } from "./network";
import { regionOf } from "../ids";
import { machineOf } from "./machine";

/**
 * Points an Elastic IP at an instance, whose own public address is lost. Returns what the address
 * then shows. Refuses an instance that does not exist.
 */
export async function moveTo(
  allocationId: string,
  instanceId: string,
  associationId: string,
  context: Context,
): Promise<Props> {
  const instance = context.world.get("aws/instance", instanceId);
  if (!instance) {
    throw failed(`creating EC2 EIP Association`, {
      service: "EC2",
      action: "AssociateAddress",
      status: 400,
      code: "InvalidInstanceID.NotFound",
      message: `The instance ID '${instanceId}' does not exist`,
    });
  }
  const address = context.world.get("aws/eip", allocationId)?.data ?? {};
  const shown: Props = {
    associationId,
    instance: instanceId,
    networkInterface: instance.data["primaryNetworkInterfaceId"],
    privateIp: instance.data["privateIp"],
    privateDns: instance.data["privateDns"],
  };
  context.world.patch("aws/eip", allocationId, shown);
  dropOwnAddress(instanceId, context);
  await readdress(instanceId, String(address["publicIp"]), context);
  return shown;
}

/** Takes an Elastic IP from whatever it points at; the instance gets a common address again. */
export async function release(allocationId: string, context: Context): Promise<void> {
  const address = context.world.get("aws/eip", allocationId);
  const instanceId = address?.data["instance"];
  if (!address || typeof instanceId !== "string" || instanceId === "") return;
  context.world.patch("aws/eip", allocationId, {
    associationId: "",
    instance: "",
    networkInterface: "",
    privateIp: "",
  });
  if (context.world.get("aws/instance", instanceId)) {
    await readdress(instanceId, ownAddress(instanceId, context), context);
  }
}

async function readdress(instanceId: string, address: string, context: Context): Promise<void> {
  const instance = context.world.get("aws/instance", instanceId)!;
  context.world.patch("aws/instance", instanceId, {
    publicIp: address,
    publicDns: publicDns(address, regionOf(instance.data, context)),
  });
  await context.machines.address?.(machineOf(instanceId), address);
}
