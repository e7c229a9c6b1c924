import { release as giveBack } from "../../../emulator/addresses";
import type { Context } from "../../../emulator/handler";
import type { ResourceTable } from "../../../emulator/table";
import { UNKNOWN, type Props } from "../../../emulator/values";
import type { World } from "../../../emulator/world";
import { failed } from "../errors";
import { ec2Arn, newId, regionOf } from "../ids";
import { region, tags } from "../resource";
import { moveTo, release } from "./eip-move";
import { publicAddress, publicDns } from "./network";

const kind = "aws/eip";

/** Addresses an account may hold in a region until AWS raises the limit: `aws/quota` `eips`. */
const usualLimit = 5;

/** Elastic IPs that each region of the account may hold. */
export function elasticIpLimit(world: World): number {
  return Number(world.get("aws/quota", "eips")?.data["limit"] ?? usualLimit);
}

/** Elastic IPs: public addresses that survive the instance they point to. */
export const eip: ResourceTable = {
  type: "aws:ec2/eip:Eip",
  style: "sdkv2",
  kind,
  inputs: {
    region,
    ...tags,
    address: { type: "string", forceNew: true },
    associateWithPrivateIp: { type: "string" },
    customerOwnedIpv4Pool: { type: "string", forceNew: true },
    domain: { type: "string", computed: true, forceNew: true, oneOf: ["standard", "vpc"] },
    instance: { type: "string", computed: true },
    ipamPoolId: { type: "string", computed: true, forceNew: true },
    networkBorderGroup: { type: "string", computed: true, forceNew: true },
    networkInterface: { type: "string", computed: true },
    publicIpv4Pool: { type: "string", computed: true, forceNew: true },
  },
  outputs: {
    allocationId: UNKNOWN,
    arn: UNKNOWN,
    associationId: UNKNOWN,
    carrierIp: UNKNOWN,
    customerOwnedIp: UNKNOWN,
    privateDns: UNKNOWN,
    privateIp: UNKNOWN,
    ptrRecord: UNKNOWN,
    publicDns: UNKNOWN,
    publicIp: UNKNOWN,
  },
  api: {
    async create(inputs, planned, context) {
      const limit = elasticIpLimit(context.world);
      const region = regionOf(inputs, context);
      const held = context.world.list(kind).filter(({ data }) => data["region"] === region);
      if (held.length >= limit) {
        throw failed("creating EC2 EIP", {
          service: "EC2",
          action: "AllocateAddress",
          status: 400,
          code: "AddressLimitExceeded",
          message: "The maximum number of addresses has been reached.",
        });
      }
      const id = newId("eipalloc");
      const publicIp = publicAddress(`${kind}/${id}`, context);
      const outputs: Props = {
        allocationId: id,
        arn: ec2Arn(inputs, context, `elastic-ip/${id}`),
        associationId: "",
        carrierIp: "",
        customerOwnedIp: "",
        domain: "vpc",
        instance: "",
        ipamPoolId: "",
        networkBorderGroup: region,
        networkInterface: "",
        privateDns: null,
        privateIp: "",
        ptrRecord: "",
        publicDns: publicDns(publicIp, region),
        publicIp,
        publicIpv4Pool: "amazon",
        region,
      };
      context.world.put(kind, id, { ...planned, ...outputs, id });
      return { id, outputs: { ...outputs, ...(await place(id, inputs, context)) } };
    },
    async update(id, { olds, news, planned }, context) {
      if (news["instance"] === olds["instance"] || news["instance"] === undefined) return planned;
      return { ...planned, ...(await place(id, news, context)) };
    },
    async delete(id, outputs, context) {
      const held = context.world.find("aws/eip-association", (data) => data["allocationId"] === id);
      if (held) {
        throw failed(`deleting EC2 EIP (${id})`, {
          service: "EC2",
          action: "ReleaseAddress",
          status: 400,
          code: "InvalidIPAddress.InUse",
          message: `Address ${id} is in use.`,
        });
      }
      await release(id, context);
      giveBack(context.world, String(outputs["publicIp"]));
    },
  },
};

/** `Eip.instance` associates without a resource of its own. */
async function place(id: string, inputs: Props, context: Context): Promise<Props> {
  const instanceId = inputs["instance"];
  if (typeof instanceId !== "string" || instanceId === "") return {};
  return moveTo(id, instanceId, newId("eipassoc"), context);
}
