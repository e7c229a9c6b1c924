import type { Context } from "../../emulator/handler";
import { isObject, type Props } from "../../emulator/values";
import { groupKind, machineKind, serverKind } from "./kinds";
import { openingsOf } from "./security-rules";

/** Id of the machine behind an instance (`zone/uuid`): `scaleway-` and the uuid's first part. */
export function machineId(server: string): string {
  return `scaleway-${server.split("/").at(-1)!.slice(0, 8)}`;
}

/**
 * Brings the machine behind an instance to where the instance is: made at the first start, running
 * while the instance is started and has a public IPv4 address, on the address it has now. An
 * instance without such an address has no machine: nobody could reach it.
 */
export async function settleMachine(server: string, context: Context): Promise<void> {
  const data = context.world.get(serverKind, server)?.data;
  if (!data) return;
  const id = machineId(server);
  const address = addressOf(data, "inet");
  // One that is attached later reaches the machine's records alone.
  const address6 = addressOf(data, "inet6");
  const wanted = data["state"] === "started" && address !== undefined;
  const machine = context.world.get(machineKind, server)?.data;
  const running = machine?.["running"] === true;
  if (!wanted) {
    if (!running) return;
    await context.machines.stop(id);
    context.world.patch(machineKind, server, { running: false });
    return;
  }
  if (!machine) {
    const userData = isObject(data["userData"]) ? data["userData"]["cloud-init"] : undefined;
    await context.machines.create({
      id,
      name: String(data["name"]),
      cloud: "scaleway",
      address,
      ...(address6 === undefined ? {} : { address6 }),
      login: "root",
      userData: String(userData ?? ""),
    });
  } else if (!running) {
    await context.machines.start(id, address);
  } else if (machine["address"] !== address) {
    await readdress(id, address, context);
  }
  context.world.put(machineKind, server, { address, running: true });
  if (!running) await settleFirewall(server, context);
}

/** Puts the rules of an instance's security group on its machine, if it has one. */
export async function settleFirewall(server: string, context: Context): Promise<void> {
  const data = context.world.get(serverKind, server)?.data;
  if (!data || !context.world.get(machineKind, server)) return;
  const group = context.world.get(groupKind, String(data["securityGroupId"]))?.data;
  await context.machines.firewall(machineId(server), group && openingsOf(group));
}

/** Stops and starts a running machine, as a change of commercial type does. */
export async function restartMachine(server: string, context: Context): Promise<void> {
  const machine = context.world.get(machineKind, server)?.data;
  if (machine?.["running"] !== true) return;
  await context.machines.stop(machineId(server));
  await context.machines.start(machineId(server));
}

/** Removes the machine behind an instance, if it has one. */
export async function removeMachine(server: string, context: Context): Promise<void> {
  if (!context.world.get(machineKind, server)) return;
  await context.machines.delete(machineId(server));
  context.world.remove(machineKind, server);
}

async function readdress(id: string, address: string, context: Context): Promise<void> {
  if (context.machines.address) return context.machines.address(id, address);
  await context.machines.stop(id);
  await context.machines.start(id, address);
}

function addressOf(server: Props, family: "inet" | "inet6"): string | undefined {
  const list = Array.isArray(server["publicIps"]) ? server["publicIps"].filter(isObject) : [];
  const address = list.find((ip) => ip["family"] === family)?.["address"];
  return typeof address === "string" ? address : undefined;
}
