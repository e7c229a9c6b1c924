import type * as http from "node:http";

import { zonesOf } from "../../edge/zones";
import type { World } from "../../emulator/world";
import { tokenForm } from "./api";
import { serveJson, type Answered } from "../json-api";
import { exported } from "./zone-export";

/** Objects that say when names were last purged; the edge begins with an empty cache where they change. */
export const purgeKind = "cloudflare/purge";

/** Names that one purge may hold. */
const mostHosts = 100;

/**
 * Cloudflare's HTTP API as far as a command asks it itself: a purge of the cache by hostname, and a zone's records as
 * a file. On loopback only; any token of the right form is taken, and no limit is kept. Shapes: Cloudflare's API
 * documentation.
 */
export function serveCloudflareApi(
  world: World,
): Promise<{ port: number; stop: () => Promise<void> }> {
  return serveJson((request, text) => answer(world, request, text));
}

function answer(world: World, request: http.IncomingMessage, text: string): Answered {
  const { method, url = "/", headers } = request;
  const token = /^Bearer (.*)$/.exec(headers.authorization ?? "")?.[1];
  if (token === undefined || !tokenForm.test(token)) {
    return refused(400, 6003, "Invalid request headers");
  }
  const [, id, what] = /^\/client\/v4\/zones\/([^/]+)\/(.+)$/.exec(url) ?? [];
  const call = calls[`${method} ${what}`];
  if (id === undefined || call === undefined) {
    return refused(
      404,
      7003,
      `Could not route to ${url}, perhaps your object identifier is invalid?`,
    );
  }
  if (world.get("cloudflare/zone", id) === undefined) {
    return refused(403, 10000, "Authentication error");
  }
  return call(world, id, text);
}

/** What can be asked of a zone, by method and path. */
const calls: Readonly<Record<string, (world: World, id: string, text: string) => Answered>> = {
  "POST purge_cache": purged,
  "GET dns_records/export": (world, id) => ({
    status: 200,
    text: exported(zonesOf(world).find((zone) => zone.id === id)!),
  }),
};

function purged(world: World, id: string, text: string): Answered {
  const hosts = hostsOf(text);
  const name = String(world.get("cloudflare/zone", id)!.data["name"]);
  if (hosts === undefined || hosts.some((host) => host !== name && !host.endsWith(`.${name}`))) {
    return refused(400, 1012, "Request must contain a list of hosts of this zone");
  }
  for (const host of hosts) {
    const times = Number(world.get(purgeKind, host)?.data["times"] ?? 0);
    world.put(purgeKind, host, { zoneId: id, times: times + 1 });
  }
  return { status: 200, body: { success: true, errors: [], messages: [], result: { id } } };
}

function hostsOf(text: string): string[] | undefined {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return undefined;
  }
  const hosts = (said as { hosts?: unknown } | null)?.hosts;
  if (!Array.isArray(hosts) || hosts.length === 0 || hosts.length > mostHosts) return undefined;
  return hosts.map((host) => String(host).toLowerCase());
}

function refused(status: number, code: number, message: string) {
  return {
    status,
    body: { success: false, errors: [{ code, message }], messages: [], result: null },
  };
}
