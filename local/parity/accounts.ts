import { isObject } from "../emulator/values";
import type { World } from "../emulator/world";
import { openSecret } from "./bookkeeping";
import type { Call } from "./recording";

/** Environment variables that carry credentials; none of the operator's own may take part. */
export const credentialVariables = /^(DIGITALOCEAN|SPACES|SCW|CLOUDFLARE|AWS)_/;

/** Made-up credentials of valid form: a recording does not show the environment it ran in. */
export const credentials: Readonly<Record<string, string>> = {
  DIGITALOCEAN_TOKEN: `dop_v1_${"0".repeat(64)}`,
  CLOUDFLARE_API_TOKEN: "parity-token-0000000000000000000000000000",
  SCW_ACCESS_KEY: "SCWPARITY00000000000",
  SCW_SECRET_KEY: "00000000-0000-4000-8000-000000000001",
  SCW_DEFAULT_PROJECT_ID: "00000000-0000-4000-8000-000000000002",
  AWS_ACCESS_KEY_ID: "AKIAPARITY0000000000",
  AWS_SECRET_ACCESS_KEY: "parity-secret-key",
};

/** Variables that fill provider configuration, by provider and configuration key. */
const variables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  scaleway: {
    accessKey: "SCW_ACCESS_KEY",
    secretKey: "SCW_SECRET_KEY",
    projectId: "SCW_DEFAULT_PROJECT_ID",
    zone: "SCW_DEFAULT_ZONE",
  },
};

/**
 * The environment that a recorded CheckConfig betrays: what it answered and was not told came from
 * a variable. Undefined for other calls.
 */
export function environmentOf(call: Call): Record<string, string> | undefined {
  const { inputs } = call.response;
  if (call.method !== "CheckConfig" || !isObject(inputs)) return undefined;
  const told = isObject(call.request["news"]) ? call.request["news"] : {};
  const found = Object.entries(variables[call.provider] ?? {})
    .filter(([key]) => key in inputs && !(key in told))
    .map(([key, variable]) => [variable, String(openSecret(inputs[key]))]);
  return Object.fromEntries(found) as Record<string, string>;
}

/**
 * What an account holds before any program runs, by provider: objects that a recording refers to
 * but that no recorded call made.
 */
export const accounts: Readonly<Record<string, (world: World, call: Call) => void>> = {
  digitalocean: (world, call) => {
    for (const id of valuesOf("vpcUuid", call.request)) world.put("digitalocean/vpc", id, { id });
  },
  cloudflare: (world, call) => {
    const named = valuesOf("zoneId", call.request);
    // A lookup that failed met no such zone; every other call had the zone it is about.
    const missed = call.method === "Invoke" && call.error !== undefined;
    const zones = missed || named.length === 0 ? ["0".repeat(32)] : named;
    for (const id of new Set(zones)) {
      world.put("cloudflare/zone", id, { id, name: "example.com", status: "active" });
    }
  },
  scaleway: (world, call) => {
    // A volume comes with a server, so no call about it is recorded; the API tells the kinds apart.
    if (!call.type.endsWith("snapshot:Snapshot") || call.error !== undefined) return;
    const volumeType = call.type.startsWith("scaleway:block/") ? "sbs_volume" : "l_ssd";
    for (const volumeId of valuesOf("volumeId", call.request)) {
      world.put("scaleway/volume", volumeId, { volumeId, volumeType, sizeInGb: 20 });
    }
  },
};

/** Every text under a key, at any depth. */
function valuesOf(key: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(key, item));
  if (!isObject(value)) return [];
  const own = typeof value[key] === "string" ? [value[key]] : [];
  return [...own, ...Object.values(value).flatMap((member) => valuesOf(key, member))];
}
