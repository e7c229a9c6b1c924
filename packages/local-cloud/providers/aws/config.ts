import { ProviderError, type CheckFailure, type Context } from "../../emulator/handler";
import { UNKNOWN, type Props } from "../../emulator/values";
import { accountOf, credentialsOf } from "./seed";

const install =
  "Please see https://www.pulumi.com/registry/packages/aws/installation-configuration/ for more information about providing credentials.\n" +
  "NEW: You can use Pulumi ESC to set up dynamic credentials with AWS OIDC to ensure the correct and valid credentials are used.\n" +
  "Learn more: https://www.pulumi.com/registry/packages/aws/installation-configuration/#dynamically-generate-credentials-via-pulumi-esc";

/** Texts as pulumi-aws 7 keeps them in its tests of CheckConfig. */
const texts = {
  region:
    "Missing region information\nMake sure you have set your AWS region, e.g. `pulumi config set aws:region us-west-2`.",
  missing: `No valid credential sources found.\n${install}`,
  invalid: `Invalid credentials configured.\n${install}`,
};

/** Fills what the real provider fills, from the environment where the program says nothing. */
export function checkConfig(
  news: Props,
  env: NodeJS.ProcessEnv,
): { inputs: Props; failures: readonly CheckFailure[] } {
  const region = news["region"] ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  const inputs: Props = {
    skipCredentialsValidation: "false",
    skipRegionValidation: "true",
    ...news,
    ...(region === undefined ? {} : { region }),
  };
  const skips = inputs["skipCredentialsValidation"] === "true";
  const reasons = [
    ...(region === undefined ? [texts.region] : []),
    ...(skips || hasCredentials(inputs, env) ? [] : [texts.missing]),
  ];
  return { inputs, failures: reasons.map((reason) => ({ property: "", reason })) };
}

/** Where the AWS SDK looks first; whether AWS accepts what it finds there is `configure`'s matter. */
function hasCredentials(inputs: Props, env: NodeJS.ProcessEnv): boolean {
  const given = ["accessKey", "profile", "assumeRoleWithWebIdentity"].some(
    (key) => inputs[key] !== undefined && inputs[key] !== "",
  );
  const variables = ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"];
  return given || variables.some((name) => (env[name] ?? "") !== "");
}

/**
 * Refuses credentials that are missing, refused by AWS, or of an account the program does not
 * allow (R33).
 */
export function configure(config: Props, context: Context): void {
  if (config["skipCredentialsValidation"] !== "true") {
    const state = credentialsOf(context.world);
    if (state !== "valid") throw new ProviderError(texts[state]);
  }
  const account = accountOf(context.world);
  const allowed = list(config["allowedAccountIds"]);
  const forbidden = list(config["forbiddenAccountIds"]);
  if ((allowed.length > 0 && !allowed.includes(account)) || forbidden.includes(account)) {
    throw new ProviderError(`AWS account ID not allowed: ${account}`);
  }
}

/** The tags that the provider adds to every resource: `defaultTags`. */
export function defaultTags(config: Props): Props {
  const { tags } = json<{ tags?: Props }>(config["defaultTags"]) ?? {};
  return tags ?? {};
}

/** Nested provider configuration crosses the boundary as JSON text. */
function json<T>(value: unknown): T | undefined {
  if (value === undefined || value === null || value === UNKNOWN) return undefined;
  return (typeof value === "string" ? JSON.parse(value) : value) as T;
}

function list(value: unknown): readonly string[] {
  return (json<unknown[]>(value) ?? []).map(String);
}
