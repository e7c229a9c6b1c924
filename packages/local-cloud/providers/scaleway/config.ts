import { ProviderError, type CheckFailure, type Context } from "../../emulator/handler";
import type { Props } from "../../emulator/values";
import { isZone, setting, uuidProblem, variables } from "./account";
import { regions, zones } from "./catalog";

/**
 * Fills provider configuration from the environment and refuses ids that are no UUIDs. A bad access
 * key passes here and fails in `configure`, like the real one. The text repeats the malformed
 * value, secret key included: that is what people meet with the real provider.
 */
export function checkConfig(
  news: Props,
  env: NodeJS.ProcessEnv,
  urn: string,
): { inputs: Props; failures: readonly CheckFailure[] } {
  const inputs: Props = { ...news };
  for (const [key, variable] of Object.entries(variables)) {
    if (inputs[key] === undefined && env[variable]) inputs[key] = env[variable];
  }
  const name = urn.split("::").at(-1) ?? "";
  const failures = ["secretKey", "organizationId", "projectId"].flatMap((key) => {
    const problem = inputs[key] === undefined ? undefined : uuidProblem(inputs[key]);
    if (problem === undefined) return [];
    const place =
      name === "" || name.startsWith("default")
        ? `Check \`pulumi config get scaleway:${key}\`.`
        : `Examine values at '${name}.${key}'.`;
    const reason = `could not validate provider configuration: ${problem}. ${place}`;
    return [{ property: "", reason }];
  });
  return { inputs, failures };
}

/** Refuses what the SDK's client refuses: the forms of access key, default zone and region. */
export function configure(_config: Props, context: Context): void {
  const accessKey = setting("accessKey", context);
  const zone = setting("zone", context);
  const region = setting("region", context);
  if (accessKey !== undefined && !/^SCW[A-Z0-9]{17}$/.test(accessKey)) {
    throw refused(`invalid access key format '${accessKey}', expected SCWXXXXXXXXXXXXXXXXX format`);
  }
  if (zone !== undefined && !isZone(zone)) {
    const list = zones.join(", ");
    throw refused(`invalid default zone format '${zone}', available zones are: ${list}`);
  }
  if (region !== undefined && !/^[a-z]{2}-[a-z]{3}$/.test(region)) {
    const list = regions.join(", ");
    throw refused(`invalid default region format '${region}', available regions are: ${list}`);
  }
}

/** The provider behind the bridge is two muxed ones, and each reports the same refusal. */
function refused(reason: string): ProviderError {
  const text = `scaleway-sdk-go: ${reason}`;
  return new ProviderError(
    `2 errors occurred:\n\t* 1 error occurred:\n\t* ${text}\n\n\n\t* error creating meta: ${text}\n\n`,
  );
}
