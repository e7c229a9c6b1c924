import { isObject, UNKNOWN, type Props } from "../emulator/values";
import type { World } from "../emulator/world";
import { seedImage } from "../providers/aws/seed";
import { groupKind, ipKind } from "../providers/scaleway/kinds";
import type { Call } from "./recording";

/**
 * Puts what a successful call must have found, by provider: objects that the recording refers to
 * but that no recorded call shows. What is there already stays.
 */
export const accounts: Readonly<Record<string, (world: World, call: Call) => void>> = {
  aws: (world, call) => {
    for (const id of valuesOf("ami", call.request)) seedImage(world, id, "recorded");
  },
  digitalocean: seedDigitalOcean,
  cloudflare: (world, call) => {
    const named = valuesOf("zoneId", call.request);
    // A lookup that failed met no such zone; every other call had the zone it is about.
    const missed = call.method === "Invoke" && call.error !== undefined;
    const zones = missed || named.length === 0 ? ["0".repeat(32)] : named;
    for (const id of new Set(zones)) {
      add(world, "cloudflare/zone", id, { name: "example.com", status: "active" });
    }
  },
  scaleway: seedScaleway,
};

function seedScaleway(world: World, call: Call): void {
  if (call.error !== undefined) return;
  const ids = (key: string) => valuesOf(key, call.request);
  for (const id of [...ids("ipIds"), ...ids("ipId")]) {
    const zone = id.split("/")[0];
    add(world, ipKind, id, { address: "10.77.9.9", serverId: "", type: "routed_ipv4", zone });
  }
  for (const id of ids("securityGroupId")) add(world, groupKind, id, {});
  // A volume comes with a server, so no call about it is recorded; the API tells the kinds apart.
  if (!call.type.endsWith("snapshot:Snapshot")) return;
  const volumeType = call.type.startsWith("scaleway:block/") ? "sbs_volume" : "l_ssd";
  for (const volumeId of ids("volumeId")) {
    add(world, "scaleway/volume", volumeId, { volumeId, volumeType, sizeInGb: 20 });
  }
}

function seedDigitalOcean(world: World, { request, response, method }: Call): void {
  // What a read shows was there as well, whatever the state it began with.
  const shown = method === "Read" ? [request, response] : request;
  const ids = (key: string) => valuesOf(key, shown);
  for (const id of ids("vpcUuid")) add(world, "digitalocean/vpc", id, {});
  for (const fingerprint of ids("sshKeys")) {
    const known = world.find("digitalocean/sshKey", (data) => data["fingerprint"] === fingerprint);
    if (!known) add(world, "digitalocean/sshKey", fingerprint, { fingerprint });
  }
  for (const image of ids("image").filter((text) => /^\d+$/.test(text))) {
    const regions = [...ids("region"), "nyc3"];
    add(world, "digitalocean/dropletSnapshot", image, { regions, minDiskSize: 1 });
  }
  const urns = ids("resources").map((urn) => urn.split(":"));
  const ofKind = (kind: string) => urns.filter(([, type]) => type === kind).map(([, , id]) => id!);
  const addresses = [...ids("ipAddress"), ...ofKind("reservedip")];
  const droplets = [...ids("dropletId"), ...ids("dropletIds"), ...ofKind("droplet")];
  const region =
    addresses.map((id) => world.get("digitalocean/reservedIp", id)?.data["region"])[0] ??
    droplets.map((id) => world.get("digitalocean/droplet", id)?.data["region"])[0] ??
    "nyc3";
  for (const id of addresses) add(world, "digitalocean/reservedIp", id, { region });
  for (const id of droplets) add(world, "digitalocean/droplet", id, { region, disk: 25 });
}

function add(world: World, kind: string, id: string, data: Props): void {
  if (!world.get(kind, id)) world.put(kind, id, { id, ...data });
}

/** Every text or number under a key, at any depth, and the members of a list there. */
function valuesOf(key: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(key, item));
  if (!isObject(value)) return [];
  const own = [value[key]]
    .flat()
    .filter((item) => typeof item === "number" || (typeof item === "string" && item !== UNKNOWN));
  return [...own.map(String), ...Object.values(value).flatMap((member) => valuesOf(key, member))];
}
