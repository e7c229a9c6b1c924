import { isObject } from "../emulator/values";
import type { World } from "../emulator/world";
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

/**
 * What an account holds before any program runs, by provider: objects that a recording refers to
 * but that no recorded call made.
 */
export const accounts: Readonly<Record<string, (world: World, call: Call) => void>> = {
  cloudflare: (world, call) => {
    for (const id of new Set(valuesOf("zoneId", call.request))) {
      world.put("cloudflare/zone", id, { id, zoneId: id, name: "example.com", status: "active" });
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
