import type { InvokeHandler } from "../../emulator/handler";
import type { Props } from "../../emulator/values";
import { authenticate, inZone, ownership, zoneForCall } from "./account";
import { typeIn } from "./catalog";
import { ApiError, notFound } from "./errors";
import { serverKind, shortageKind } from "./kinds";

/*
 * No call of these look-ups was recorded. Arguments and results are the SDK's (1.54.0), the texts
 * those of the recorded calls about servers.
 */

/** `getServer` by id. */
const getServer: InvokeHandler = (args, context) => {
  authenticate(context);
  const id = inZone(zoneForCall(args, context), args["serverId"]);
  const data = context.world.get(serverKind, id)?.data;
  if (!data) throw notFound("instance_server", id);
  return Promise.resolve({ ...data, id, serverId: id, zone: id.split("/")[0] });
};

/** `getServers` of a zone: those whose name contains the one asked for, and that have all the tags. */
const getServers: InvokeHandler = (args, context) => {
  authenticate(context);
  const zone = zoneForCall(args, context);
  const tags = Array.isArray(args["tags"]) ? args["tags"] : [];
  const servers = context.world
    .list(serverKind)
    .map(({ id, data }) => ({ ...data, id, zone: id.split("/")[0] }) as Props)
    .filter((server) => server["zone"] === zone)
    .filter(({ name }) => String(name).includes(String(args["name"] ?? "")))
    .filter(({ tags: own }) => tags.every((tag) => Array.isArray(own) && own.includes(tag)));
  return Promise.resolve({ ...args, ...ownership(args, context), id: zone, zone, servers });
};

/** `getServerType`: what a type has, and whether it is in stock. */
const getServerType: InvokeHandler = (args, context) => {
  authenticate(context);
  const zone = zoneForCall(args, context);
  const name = String(args["name"]);
  const sold = typeIn(zone, name);
  if (!sold) throw new ApiError(`could not find server type "${name}"`);
  const short = context.world.get(shortageKind, `${zone}/${name}`)?.data["at"] === "create";
  return Promise.resolve({
    arch: sold.arch,
    availability: short ? "shortage" : "available",
    capabilities: [],
    cpu: sold.vcpus,
    endOfService: false,
    gpu: 0,
    hourlyPrice: 0,
    id: `${zone}/${name}`,
    name,
    networks: [],
    ram: sold.ramGb * 2 ** 30,
    volumes: [],
    zone,
  });
};

/** Functions of the provider, by token. */
export const lookups: Readonly<Record<string, InvokeHandler>> = {
  "scaleway:instance/getServer:getServer": getServer,
  "scaleway:instance/getServers:getServers": getServers,
  "scaleway:instance/getServerType:getServerType": getServerType,
};
