import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";

import { writeWhole } from "../ground/whole-file";
import type { AccountCard, CloudCard } from "./card";
import type { CloudPaths } from "./paths";

/** Whatever could lead a command to a real account. */
const realAccounts =
  /^((AWS|SCW|DIGITALOCEAN|SPACES|CLOUDFLARE|SLACK|SENTRY)_|JENKINS_(URL|USER|TOKEN)$)/;
const realEngine = [
  "PULUMI_ACCESS_TOKEN",
  "PULUMI_STACK",
  "PULUMI_CREDENTIALS_PATH",
  "PULUMI_CONFIG_PASSPHRASE_FILE",
  "SSH_AUTH_SOCK",
];

/**
 * Credentials in the form that each provider's real `Configure` accepts; the local cloud takes
 * any. They are no secrets.
 */
export const localAccounts = {
  DIGITALOCEAN_TOKEN: "dop_v1_".padEnd(71, "0"),
  SPACES_ACCESS_KEY_ID: "REHEARSAL".padEnd(20, "0"),
  SPACES_SECRET_ACCESS_KEY: "0".repeat(43),
  SCW_ACCESS_KEY: "SCWXXXXXXXXXXXXXXXXX",
  SCW_SECRET_KEY: "11111111-1111-4111-8111-111111111111",
  SCW_DEFAULT_PROJECT_ID: "22222222-2222-4222-8222-222222222222",
  SCW_DEFAULT_ORGANIZATION_ID: "22222222-2222-4222-8222-222222222222",
  CLOUDFLARE_API_TOKEN: "0".repeat(40),
  AWS_ACCESS_KEY_ID: "AKIAREHEARSAL0000000",
  AWS_SECRET_ACCESS_KEY: "0".repeat(40),
  AWS_REGION: "us-east-1",
  // Files in the home directory may hold real accounts.
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  SCW_CONFIG_PATH: "/dev/null",
} as const;

/**
 * Has the engine save a state once, at its end, and not twice a resource, which takes most of the time
 * of a large update. Only for a state that needs no rescue: after a crash nothing of it is there.
 */
export const savedOnce = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" } as const;

/**
 * The environment in which any command runs against the local cloud: the engine on PATH, its home
 * and state in the cloud's directory, every provider attached to the emulators, and no way to a
 * real account.
 */
export function cloudEnvironment(
  paths: CloudPaths,
  card: CloudCard,
  bin: string,
  base: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(
    Object.entries(base).filter(([name]) => !realAccounts.test(name) && !realEngine.includes(name)),
  );
  return {
    ...inherited,
    ...localAccounts,
    PATH: [bin, ...(base["PATH"] ?? "").split(path.delimiter)]
      .filter((entry, index, all) => entry !== "" && all.indexOf(entry) === index)
      .join(path.delimiter),
    SCW_API_URL: `http://127.0.0.1:${card.scalewayApi}`,
    CLOUDFLARE_BASE_URL: `http://127.0.0.1:${card.cloudflareApi}/client/v4`,
    ...(card.account ? accountEnvironment(paths, card.account, base) : {}),
    PULUMI_HOME: paths.home,
    PULUMI_BACKEND_URL: pathToFileURL(paths.state).href,
    PULUMI_DEBUG_PROVIDERS: Object.entries(card.ports)
      .map(([name, port]) => `${name}:${port}`)
      .join(","),
    // See vault.ts: the secrets manager stands in the state, so no stack file needs a salt.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    // Only for stacks that somebody makes with `pulumi stack init` on the local cloud.
    PULUMI_CONFIG_PASSPHRASE: "rehearsal",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    // Who enters machines that boot: a person's own agent is out of reach.
    ...(card.machines === "recorded" ? {} : { SSH_AUTH_SOCK: card.agent }),
  };
}

/** What leads every client of AWS to the cloud's own account, and has it trusted there. */
function accountEnvironment(
  { directory }: CloudPaths,
  { endpoint, authority }: AccountCard,
  base: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  // Node trusts one file beside what it knows, and there may be one already, perhaps this very one.
  const before = base["NODE_EXTRA_CA_CERTS"];
  const own = fs.readFileSync(authority, "utf8");
  const others =
    before !== undefined && fs.existsSync(before) ? fs.readFileSync(before, "utf8") : "";
  const trusted = path.join(directory, "trusted.pem");
  writeWhole(trusted, others.includes(own) ? others : `${others}\n${own}`);
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_CA_BUNDLE: authority,
    NODE_EXTRA_CA_CERTS: trusted,
  };
}
