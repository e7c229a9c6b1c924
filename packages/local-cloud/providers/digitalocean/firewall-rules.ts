import type { Context } from "../../emulator/handler";
import type { Opening } from "../../emulator/machines";
import { isObject, type Props } from "../../emulator/values";
import { machineOf } from "./droplet-api";

/** The droplets a firewall applies to: those it names and those that bear one of its tags. */
export function dropletsUnder(firewall: Props, context: Context): string[] {
  const named = listOf(firewall["dropletIds"]).map(String);
  const tags = listOf(firewall["tags"]);
  const tagged = context.world
    .list("digitalocean/droplet")
    .filter(({ data }) => listOf(data["tags"]).some((tag) => tags.includes(tag)))
    .map(({ id }) => id);
  return [...new Set([...named, ...tagged])];
}

/** Gives the machines of these droplets the openings that all their firewalls together make. */
export async function enforceFirewalls(
  context: Context,
  dropletIds: readonly string[],
): Promise<void> {
  const firewalls = context.world.list("digitalocean/firewall").map(({ data }) => ({
    droplets: dropletsUnder(data, context),
    openings: listOf(data["inboundRules"])
      .filter(isObject)
      .map((rule) => opening(rule, context)),
  }));
  for (const id of dropletIds) {
    if (!context.world.get("digitalocean/droplet", id)) continue;
    const over = firewalls.filter(({ droplets }) => droplets.includes(id));
    const openings = over.length > 0 ? over.flatMap((firewall) => firewall.openings) : undefined;
    await context.machines.firewall(machineOf(id), openings);
  }
}

function opening(rule: Props, context: Context): Opening {
  const protocol = rule["protocol"] as Opening["protocol"];
  const droplets = context.world
    .list("digitalocean/droplet")
    .filter(
      ({ id, data }) =>
        listOf(rule["sourceDropletIds"]).map(String).includes(id) ||
        listOf(data["tags"]).some((tag) => listOf(rule["sourceTags"]).includes(tag)),
    );
  const sources = [
    ...listOf(rule["sourceAddresses"]).map(String),
    ...droplets.flatMap(({ data }) =>
      [data["ipv4Address"], data["ipv6Address"]].map((each) => String(each ?? "")),
    ),
  ]
    .filter((source) => source !== "")
    .map((source) =>
      source.includes("/") ? source : `${source}/${source.includes(":") ? 128 : 32}`,
    );
  return protocol === "icmp"
    ? { protocol, sources }
    : { protocol, ports: portsOf(String(rule["portRange"])), sources };
}

/** `22`, `8000-9000`, `all` or `0`, which mean every port. */
function portsOf(range: string): [number, number] {
  if (range === "all" || range === "0") return [1, 65535];
  const [first = 1, last = first] = range.split("-").map(Number);
  return [first, last];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
