import { HalfMade } from "../../emulator/bridged";
import type { Context } from "../../emulator/handler";
import type { Made } from "../../emulator/table";
import { equal, isObject, UNKNOWN, type Props } from "../../emulator/values";
import { inZone, newId, ownership, zoneForCall } from "./account";
import { ApiError, notFound, PluginError } from "./errors";
import { groupKind, ipKind, quotaKind, serverKind, shortageKind, volumeKind } from "./kinds";
import { removeMachine, restartMachine, settleFirewall, settleMachine } from "./machine";
import { defaultGroup } from "./security-group";
import {
  attempt,
  detachIp,
  dynamicIp,
  existingIp,
  publicIps,
  releaseDynamic,
  setIps,
  wantedIps,
} from "./server-addresses";
import { asKnown } from "./server-read";
import { changedVolume, rootVolumeFor } from "./server-volume";

/**
 * Makes an instance: order it, set its user data, start it. A refused start leaves it stopped and
 * in the program's state.
 */
export async function createServer(inputs: Props, planned: Props, context: Context): Promise<Made> {
  const zone = zoneForCall(inputs, context);
  const type = String(inputs["type"]);
  const rootVolume = rootVolumeFor(
    {
      zone,
      type,
      image: typeof inputs["image"] === "string" ? inputs["image"] : undefined,
      rootVolume: isObject(inputs["rootVolume"]) ? inputs["rootVolume"] : {},
    },
    context,
  );
  const owned = ownership(inputs, context);
  const group = securityGroupFor(inputs, zone, owned["projectId"], context);
  const ips = wantedIps(inputs, zone);
  for (const ip of ips) existingIp(ip, context);
  checkSupply(zone, type, context);

  const id = context.assignedId ?? newId(zone);
  context.world.remove(volumeKind, String(rootVolume["volumeId"]));
  const data: Props = {
    ...known(planned),
    ...owned,
    additionalVolumeIds: inputs["additionalVolumeIds"] ?? null,
    filesystems: inputs["filesystems"] ?? [],
    id,
    ipId: inputs["ipId"] ?? "",
    privateIps: [],
    publicIps: [],
    rootVolume,
    securityGroupId: group,
    state: "stopped",
    userData: userDataOf(inputs),
    zone,
  };
  context.world.put(serverKind, id, data);
  data["publicIps"] = await setIps(id, ips, context);
  if (inputs["enableDynamicIp"] === true && ips.length === 0) {
    data["publicIps"] = [dynamicIp(id, context)];
  }
  context.world.put(serverKind, id, data);
  const state = inputs["state"] ?? "started";
  if (state !== "stopped") {
    if (shortage(id, type, "start", context)) throw new HalfMade(id, outOfStock());
    data["state"] = state;
    context.world.put(serverKind, id, data);
    await settleMachine(id, context);
  }
  return { id, outputs: data };
}

/** Values of a plan that are known; the others are null until the cloud gives them. */
function known(planned: Props): Props {
  return Object.fromEntries(
    Object.entries(planned).map(([key, value]) => [key, value === UNKNOWN ? null : value]),
  );
}

/** What the metadata service tells the machine: `cloudInit` wins over the key of `userData`. */
function userDataOf(inputs: Props): Props {
  const { __defaults: _, ...given } = isObject(inputs["userData"]) ? inputs["userData"] : {};
  const { cloudInit } = inputs;
  return cloudInit === undefined || cloudInit === ""
    ? given
    : { ...given, "cloud-init": cloudInit };
}

function securityGroupFor(inputs: Props, zone: string, project: unknown, context: Context): string {
  if (inputs["securityGroupId"] === undefined) return defaultGroup(zone, project, context);
  const id = inZone(zone, inputs["securityGroupId"]);
  if (!context.world.get(groupKind, id)) throw notFound("instance_security_group", id);
  return id;
}

function outOfStock(): ApiError {
  return new ApiError("resource instance_server is out of stock");
}

function shortage(id: string, type: string, at: "create" | "start", context: Context): boolean {
  const [zone] = id.split("/");
  return context.world.get(shortageKind, `${zone}/${type}`)?.data["at"] === at;
}

function checkSupply(zone: string, type: string, context: Context): void {
  if (shortage(zone, type, "create", context)) throw outOfStock();
  const limit = context.world.get(quotaKind, type)?.data["limit"];
  if (typeof limit !== "number") return;
  const used = context.world.list(serverKind).filter(({ data }) => data["type"] === type).length;
  if (used < limit) return;
  const name = `InstanceServersType${type.replace(/-/g, "")}`;
  throw new ApiError(`quota exceeded(s): ${name} has reached its quota (${used}/${limit})`);
}

/**
 * Sends what differs between state and plan, in the provider's order. `cloudInit` is not among it:
 * the provider takes the new value into the state and tells the cloud nothing.
 */
export async function updateServer(
  id: string,
  change: { olds: Props; oldInputs: Props; news: Props; planned: Props },
  context: Context,
): Promise<Props> {
  const { olds, oldInputs, news, planned } = change;
  const now = context.world.get(serverKind, id)?.data;
  if (!now) {
    throw new ApiError(`waiting for server failed: ${notFound("instance_server", id).message}`);
  }
  // What the program neither says nor said stays, as in the diff.
  const differs = (key: string) =>
    (key in news || key in oldInputs) &&
    planned[key] !== UNKNOWN &&
    !equal(planned[key], olds[key]);
  const data: Props = { ...now };
  for (const key of Object.keys(planned)) if (differs(key)) data[key] = planned[key];
  data["cloudInit"] = planned["cloudInit"] === UNKNOWN ? null : planned["cloudInit"];
  data["rootVolume"] = changedVolume(object(now), object(planned), object(olds));
  const zone = id.split("/")[0]!;
  if (differs("securityGroupId")) {
    data["securityGroupId"] = securityGroupFor(news, zone, now["projectId"], context);
  }
  data["publicIps"] = now["publicIps"];
  if (differs("ipIds") || differs("ipId")) {
    data["publicIps"] = await setIps(id, wantedIps(news, zone), context);
  }
  if (differs("enableDynamicIp")) data["publicIps"] = withDynamic(id, data, context);
  data["userData"] = updatedUserData(now, olds, news);
  if (differs("state") && data["state"] === "stopped") checkProtection(now);
  context.world.put(serverKind, id, data);
  if (differs("type")) await migrate(id, now, data, context);
  await settleMachine(id, context);
  if (differs("securityGroupId")) await settleFirewall(id, context);
  const state = Object.keys(planned).filter((key) => planned[key] !== UNKNOWN);
  const known = Object.fromEntries(state.map((key) => [key, planned[key]]));
  return { ...data, ...asKnown(id, data, { ...known, ipIds: planned["ipIds"] ?? olds["ipIds"] }) };
}

function object(server: Props): Props {
  return isObject(server["rootVolume"]) ? server["rootVolume"] : {};
}

/**
 * User data is set as a whole, which erases a `cloud-init` that came from `cloudInit`. A state
 * without any (a create that failed half-way) counts as a change too.
 */
function updatedUserData(now: Props, olds: Props, news: Props): unknown {
  const { __defaults: _, ...wanted } = isObject(news["userData"]) ? news["userData"] : {};
  const changed =
    news["userData"] === undefined
      ? (olds["userData"] ?? null) === null
      : !equal(wanted, olds["userData"]);
  return changed ? wanted : now["userData"];
}

function withDynamic(id: string, server: Props, context: Context): Props[] {
  const fixed = publicIps(server).filter((ip) => ip["dynamic"] !== true);
  releaseDynamic(server, context);
  return server["enableDynamicIp"] === true && fixed.length === 0
    ? [dynamicIp(id, context)]
    : fixed;
}

/** A protected server can neither be stopped nor terminated. Measured on the real API. */
function checkProtection(now: Props): void {
  // The SDK has no words for this precondition, hence the lone comma.
  if (now["protected"] === true) throw new ApiError("precondition failed: , server is protected");
}

/** Stops, changes the commercial type, starts again if it was running. */
async function migrate(id: string, now: Props, data: Props, context: Context): Promise<void> {
  if (now["state"] !== "started") return;
  attempt("failed to stop server before changing server type", () => checkProtection(now));
  if (!shortage(id, String(data["type"]), "start", context)) return restartMachine(id, context);
  context.world.put(serverKind, id, { ...data, state: "stopped" });
  await settleMachine(id, context);
  const { message } = outOfStock();
  throw new PluginError(`failed to start server after changing server type: ${message}`);
}

/** Ends an instance: its IPs are free, its root volume goes unless it shall stay. */
export async function deleteServer(id: string, _outputs: Props, context: Context): Promise<void> {
  const now = context.world.get(serverKind, id)?.data;
  if (!now) return;
  checkProtection(now);
  for (const ip of context.world.list(ipKind)) {
    if (ip.data["serverId"] === id) await detachIp(ip.id, context);
  }
  releaseDynamic(now, context);
  await removeMachine(id, context);
  const disk = object(now);
  if (disk["deleteOnTermination"] === false && typeof disk["volumeId"] === "string") {
    context.world.put(volumeKind, disk["volumeId"], disk);
  }
}
