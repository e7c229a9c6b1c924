import type { World } from "../emulator/world";
import {
  hostnameAssociationKind,
  hostnameCertificateKind,
} from "../providers/cloudflare/hostname-certificate";
import { settingOf } from "../providers/cloudflare/zone-setting";
import { sslModeOf, type SslMode } from "./ssl-mode";
import { recordsAt, zoneFor, zonesOf, type Zone, type ZoneRecord } from "./zones";

/** A proxied name: what the edge knows to do with visitors of it. */
export interface Site {
  /** In lower case; `*.kmc.example` stands for every name that has no record of its own. */
  readonly host: string;
  readonly mode: SslMode;
  /** Where it is served: addresses, or one name outside of the cloud's zones. */
  readonly origins: readonly string[];
  /** What the edge shows its origin; none where origin pulls are not authenticated. */
  readonly client?: { readonly certificate: string; readonly privateKey: string };
  /** Whether plain http is answered with a redirect. */
  readonly alwaysHttps: boolean;
}

/** Names that haproxy's configuration can hold: no quotes, spaces or lines of their own. */
const hostForm = /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)+$/;
/** Aliases of aliases that are followed. */
const most = 8;

/** Every proxied name of the account, in the order of names. */
export function sitesOf(world: World): Site[] {
  const zones = zonesOf(world);
  return zones
    .flatMap((zone) => hostsOf(zone).map((host) => siteOf(world, zones, zone, host)))
    .sort((a, b) => a.host.localeCompare(b.host));
}

function hostsOf({ records }: Zone): string[] {
  const proxied = records.filter((record) => record.proxied && hostForm.test(record.name));
  return [...new Set(proxied.map(({ name }) => name))];
}

function siteOf(world: World, zones: readonly Zone[], zone: Zone, host: string): Site {
  const records = zone.records.filter((record) => record.name === host && record.proxied);
  const client = clientOf(world, zone.id, host);
  return {
    host,
    mode: sslModeOf(world, zone.id, host),
    origins: originsOf(zones, records),
    ...(client ? { client } : {}),
    alwaysHttps: settingOf(world, zone.id, "always_use_https") === "on",
  };
}

/** IPv4 addresses where there is one: the edge has no other of its own. */
function originsOf(zones: readonly Zone[], records: readonly ZoneRecord[], depth = 0): string[] {
  const alias = records.find(({ type }) => type === "CNAME");
  if (alias) {
    const zone = zoneFor(zones, alias.content);
    if (!zone) return [alias.content];
    if (depth >= most) return [];
    return originsOf(zones, recordsAt(zone, alias.content) ?? [], depth + 1);
  }
  const addresses = (type: string) =>
    records.filter((record) => record.type === type).map(({ content }) => content);
  const ipv4 = addresses("A");
  return ipv4.length > 0 ? ipv4 : addresses("AAAA");
}

function clientOf(world: World, zoneId: string, host: string): Site["client"] {
  const used = world.get(hostnameAssociationKind, `${zoneId}/${host}`)?.data;
  if (used?.["enabled"] !== true) return undefined;
  const held = world.get(hostnameCertificateKind, String(used["certId"]))?.data;
  if (!held) return undefined;
  return {
    certificate: String(held["certificate"]),
    privateKey: String(held["privateKey"]),
  };
}
