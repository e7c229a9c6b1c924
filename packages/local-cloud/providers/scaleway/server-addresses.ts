import { allocate, release } from "../../emulator/addresses";
import { ProviderError, type Context } from "../../emulator/handler";
import { isObject, type Props } from "../../emulator/values";
import { inZone } from "./account";
import { notFound, PluginError } from "./errors";
import { ipKind, serverKind } from "./kinds";
import { settleMachine } from "./machine";

/** An existing flexible IP; refuses one that does not exist. */
export function existingIp(id: string, context: Context): Props {
  const data = context.world.get(ipKind, id)?.data;
  if (!data) throw notFound("instance_ip", id);
  return data;
}

/** Ids of the flexible IPs that inputs name, by `ipIds` or `ipId`, as `zone/uuid`. */
export function wantedIps(inputs: Props, zone: string): string[] {
  const { ipId, ipIds } = inputs;
  if (typeof ipId === "string" && ipId !== "") return [inZone(zone, ipId)];
  return Array.isArray(ipIds) ? ipIds.map((id) => inZone(zone, id)) : [];
}

/** A server's `publicIps` as a list of objects. */
export function publicIps(server: Props): Props[] {
  const list = server["publicIps"];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Takes an IP from whichever server holds it, whose machine then answers there no more. */
export async function detachIp(id: string, context: Context): Promise<void> {
  const ip = existingIp(id, context);
  const holder = context.world.get(serverKind, String(ip["serverId"]));
  context.world.patch(ipKind, id, { serverId: "" });
  if (!holder) return;
  const left = publicIps(holder.data).filter((entry) => entry["id"] !== id);
  context.world.patch(serverKind, holder.id, { publicIps: left });
  await settleMachine(holder.id, context);
}

/**
 * Gives a server exactly these IPs, taking them from other servers, and returns its `publicIps`.
 * Detaches first, as the provider does.
 */
export async function setIps(
  server: string,
  ids: readonly string[],
  context: Context,
): Promise<Props[]> {
  const held = context.world.list(ipKind).filter(({ data }) => data["serverId"] === server);
  for (const { id } of held) if (!ids.includes(id)) await detachIp(id, context);
  for (const id of ids) {
    const ip = attempt("failed to attach IP", () => existingIp(id, context));
    if (ip["serverId"] !== server) await detachIp(id, context);
    context.world.patch(ipKind, id, { serverId: server });
  }
  return ids.map((id) => entryOf(id, existingIp(id, context)));
}

/** The address that a server without flexible IPs gets when it asks for a dynamic one. */
export function dynamicIp(server: string, context: Context): Props {
  const [zone] = server.split("/");
  const address = allocate(context.world, dynamicOwner(server));
  return { ...entryOf(inZone(zone!, server), { address }), dynamic: true };
}

/** Gives back the dynamic addresses among a server's `publicIps`. */
export function releaseDynamic(server: Props, context: Context): void {
  for (const { address, dynamic } of publicIps(server)) {
    if (dynamic === true) release(context.world, String(address));
  }
}

function dynamicOwner(server: string): string {
  return `scaleway/dynamic/${server}`;
}

function entryOf(id: string, ip: Props): Props {
  const inet6 = ip["type"] === "routed_ipv6";
  return {
    address: ip["address"],
    dynamic: false,
    family: inet6 ? "inet6" : "inet",
    gateway: inet6 ? "fe80::dc00:ff:fe20:a7" : "62.210.0.1",
    id,
    netmask: inet6 ? "64" : "32",
    provisioningMode: inet6 ? "slaac" : "dhcp",
  };
}

/** Says what was being done when the API refused, as the provider's own code does. */
export function attempt<T>(doing: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw new PluginError(`${doing}: ${error.message}`);
  }
}
