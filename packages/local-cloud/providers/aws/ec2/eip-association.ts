import type { ResourceTable } from "../../../emulator/table";
import { failed } from "../errors";
import { newId, regionOf } from "../ids";
import { region } from "../resource";
import { moveTo, release } from "./eip-move";

/** Which instance an Elastic IP points to. Every change is a new association. */
export const eipAssociation: ResourceTable = {
  type: "aws:ec2/eipAssociation:EipAssociation",
  style: "sdkv2",
  kind: "aws/eip-association",
  inputs: {
    region,
    allocationId: { type: "string", computed: true, forceNew: true },
    allowReassociation: { type: "boolean", forceNew: true },
    instanceId: { type: "string", computed: true, forceNew: true },
    networkInterfaceId: { type: "string", computed: true, forceNew: true },
    privateIpAddress: { type: "string", computed: true, forceNew: true },
    publicIp: { type: "string", computed: true, forceNew: true },
  },
  outputs: {},
  api: {
    async create(inputs, _planned, context) {
      const allocationId = String(
        inputs["allocationId"] ??
          context.world.find("aws/eip", (data) => data["publicIp"] === inputs["publicIp"])?.id,
      );
      const address = context.world.get("aws/eip", allocationId);
      if (!address) {
        throw failed("creating EC2 EIP Association", {
          service: "EC2",
          action: "AssociateAddress",
          status: 400,
          code: "InvalidAllocationID.NotFound",
          message: `The allocation ID '${allocationId}' does not exist`,
        });
      }
      const held = context.world.find(
        "aws/eip-association",
        (data) => data["allocationId"] === allocationId,
      );
      if (held && inputs["allowReassociation"] === false) {
        throw failed("creating EC2 EIP Association", {
          service: "EC2",
          action: "AssociateAddress",
          status: 400,
          code: "Resource.AlreadyAssociated",
          message: `resource ${allocationId} is already associated with associate-id ${held.id}`,
        });
      }
      // EC2 in a VPC moves an address that is held already: the older association is gone.
      if (held) context.world.remove("aws/eip-association", held.id);
      const id = newId("eipassoc");
      const instanceId = String(inputs["instanceId"]);
      const shown = await moveTo(allocationId, instanceId, id, context);
      return {
        id,
        outputs: {
          allocationId,
          instanceId,
          networkInterfaceId: shown["networkInterface"],
          privateIpAddress: shown["privateIp"],
          publicIp: address.data["publicIp"],
          region: regionOf(inputs, context),
        },
      };
    },
    delete: (id, outputs, context) => {
      const address = context.world.get("aws/eip", String(outputs["allocationId"]));
      // Moved on already: the address is another association's.
      if (address?.data["associationId"] !== id) return;
      return release(address.id, context);
    },
  },
};
