import type { Props } from "../emulator/values";
import type { World } from "../emulator/world";

/** A DNS record as the cloud keeps it: whole name in lower case, `ttl` 1 for automatic. */
export interface ZoneRecord {
  readonly name: string;
  readonly type: string;
  readonly content: string;
  readonly ttl: number;
  /** Whether the edge stands before it. */
  readonly proxied: boolean;
  readonly priority: number;
  /** Members of types that are more than a text (SRV, CAA). */
  readonly data: Props;
}

/** A zone of the account with its records. */
export interface Zone {
  readonly id: string;
  readonly name: string;
  readonly nameServers: readonly string[];
  readonly records: readonly ZoneRecord[];
}

const usualServers = ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"];

/** Every zone, as it is now. */
export function zonesOf(world: World): Zone[] {
  const records = world.list("cloudflare/dns_record");
  return world.list("cloudflare/zone").map(({ id, data }) => ({
    id,
    name: String(data["name"]).toLowerCase(),
    nameServers: Array.isArray(data["nameServers"])
      ? data["nameServers"].map(String)
      : usualServers,
    records: records.filter((record) => record.data["zoneId"] === id).map(({ data }) => read(data)),
  }));
}

function read(data: Props): ZoneRecord {
  const members = data["data"];
  return {
    name: String(data["name"]).toLowerCase(),
    type: String(data["type"]),
    content: String(data["content"] ?? ""),
    ttl: Number(data["ttl"] ?? 1),
    proxied: data["proxied"] === true,
    priority: Number(data["priority"] ?? 0),
    data: typeof members === "object" && members !== null ? (members as Props) : {},
  };
}

/** The zone that a name lies in: of a parent and its child the child. */
export function zoneFor(zones: readonly Zone[], name: string): Zone | undefined {
  return zones
    .filter((zone) => isIn(name, zone.name))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

/** Whether a name is a zone's, itself or below. */
export function isIn(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/**
 * The records that answer for a name: its own, else those of the nearest wildcard above it. Undefined:
 * there is no such name. A name that is there, if only because something lies below it, takes none of a
 * wildcard (RFC 4592).
 */
export function recordsAt(zone: Zone, name: string): readonly ZoneRecord[] | undefined {
  const own = zone.records.filter((record) => record.name === name);
  if (own.length > 0 || name === zone.name) return own;
  if (zone.records.some((record) => record.name.endsWith(`.${name}`))) return [];
  let above = parentOf(name);
  for (; above !== zone.name && !isThere(zone, above); above = parentOf(above));
  const wild = zone.records.filter((record) => record.name === `*.${above}`);
  return wild.length > 0 ? wild : undefined;
}

function isThere(zone: Zone, name: string): boolean {
  return zone.records.some((record) => isIn(record.name, name));
}

function parentOf(name: string): string {
  return name.slice(name.indexOf(".") + 1);
}

/** Whether the zone hands a name to other servers: an NS record at it or above, below the zone itself. */
export function isDelegated(zone: Zone, name: string): boolean {
  return zone.records.some(
    (record) => record.type === "NS" && record.name !== zone.name && isIn(name, record.name),
  );
}
