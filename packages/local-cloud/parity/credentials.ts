import { isObject } from "../emulator/values";
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
  AWS_REGION: "us-west-2",
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
