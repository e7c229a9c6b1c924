import { allocate, nextIpv6Network, release } from "../../emulator/addresses";
import type { Context } from "../../emulator/handler";
import type { ResourceTable } from "../../emulator/table";
import { UNKNOWN, type Props } from "../../emulator/values";
import { newId, ownership, readTags, zoneForCall } from "./account";
import { notFound } from "./errors";
import { ipKind } from "./kinds";
import { oneOf, projectId, tags } from "./resource";
import { detachIp, existingIp } from "./server-addresses";

/** Flexible IPs. Source: the provider's recorded calls; attached ones are freed by a delete. */
export const ip: ResourceTable = {
  type: "scaleway:instance/ip:Ip",
  style: "sdkv2",
  kind: ipKind,
  inputs: {
    projectId,
    tags,
    type: {
      type: "string",
      computed: true,
      forceNew: true,
      refuse: oneOf("routed_ipv4", "routed_ipv6"),
    },
  },
  outputs: {
    address: UNKNOWN,
    organizationId: UNKNOWN,
    prefix: UNKNOWN,
    reverse: UNKNOWN,
    serverId: UNKNOWN,
  },
  api: {
    create(inputs, _planned, context) {
      const zone = zoneForCall(inputs, context);
      const id = newId(zone);
      const type = String(inputs["type"] ?? "routed_ipv4");
      return {
        id,
        outputs: {
          ...ownership(inputs, context),
          ...addressOf(type, id, context),
          reverse: "",
          serverId: "",
          type,
          zone,
        },
      };
    },
    update(id, { planned }, context) {
      const now = context.world.get(ipKind, id)?.data;
      if (!now) throw notFound("instance_ip", id);
      return { ...now, tags: planned["tags"] };
    },
    read: (_id, data, _context, known) => ({ ...data, tags: readTags(data, known) }),
    async delete(id, _outputs, context) {
      const { address, serverId } = existingIp(id, context);
      if (typeof serverId === "string" && serverId !== "") await detachIp(id, context);
      release(context.world, String(address));
    },
  },
};

function addressOf(type: string, id: string, context: Context): Props {
  if (type === "routed_ipv4") {
    const address = allocate(context.world, `scaleway/ip/${id}`);
    return { address, prefix: `${address}/32` };
  }
  // A routed IPv6 is a whole /64; the address is its first. 2001:db8::/32 is for documentation.
  const network = nextIpv6Network(context.world, "scaleway/ipv6");
  return { address: network, prefix: `${network}/64` };
}
