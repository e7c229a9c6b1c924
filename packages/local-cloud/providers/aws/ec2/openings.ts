import type { Context } from "../../../emulator/handler";
import type { Opening } from "../../../emulator/machines";
import { isObject, type Props } from "../../../emulator/values";
import { machineOf } from "./machine";

/** Brings the machines behind a security group in line with its rules. */
export async function refreshGroup(groupId: string, context: Context): Promise<void> {
  for (const { id, data } of context.world.list("aws/instance")) {
    if (groupsOf(data).includes(groupId)) await refreshInstance(id, context);
  }
}

/** Brings the machine behind an instance in line with all its security groups. */
export async function refreshInstance(id: string, context: Context): Promise<void> {
  const instance = context.world.get("aws/instance", id);
  if (!instance) return;
  const openings = groupsOf(instance.data).flatMap((group) => groupOpenings(group, context));
  await context.machines.firewall(machineOf(id), openings);
}

/** Security groups of an instance. */
export function groupsOf(instance: Props): readonly string[] {
  const groups = instance["vpcSecurityGroupIds"];
  return Array.isArray(groups) ? groups.map(String) : [];
}

function groupOpenings(groupId: string, context: Context): Opening[] {
  const rules = context.world
    .list("aws/ingress-rule")
    .filter(({ data }) => data["securityGroupId"] === groupId)
    .flatMap(({ data }) => opening(data, given([data["cidrIpv4"], data["cidrIpv6"]])));
  const inline = context.world.get("aws/security-group", groupId)?.data["ingress"];
  const blocks = Array.isArray(inline) ? inline.filter(isObject) : [];
  return [
    ...rules,
    ...blocks.flatMap((block) =>
      opening({ ...block, ipProtocol: block["protocol"] }, [
        ...strings(block["cidrBlocks"]),
        ...strings(block["ipv6CidrBlocks"]),
      ]),
    ),
  ];
}

/** `-1` means every protocol, which the machines know as tcp, udp and icmp of all ports. */
function opening(rule: Props, sources: readonly string[]): Opening[] {
  if (sources.length === 0) return [];
  const protocol = String(rule["ipProtocol"]);
  if (protocol === "-1") {
    return [
      { protocol: "tcp", ports: [0, 65535], sources },
      { protocol: "udp", ports: [0, 65535], sources },
      { protocol: "icmp", sources },
    ];
  }
  // Each of its own family alone.
  if (protocol === "icmp" || protocol === "icmpv6") {
    const own = sources.filter((source) => source.includes(":") === (protocol === "icmpv6"));
    return own.length === 0 ? [] : [{ protocol: "icmp", sources: own }];
  }
  if (protocol !== "tcp" && protocol !== "udp") return [];
  return [{ protocol, ports: [Number(rule["fromPort"]), Number(rule["toPort"])], sources }];
}

function given(values: readonly unknown[]): readonly string[] {
  return values.filter((value) => typeof value === "string");
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
