import { clientBucketPolicy } from "../components/backups/client-bucket-policy";
import { backupPrefix } from "../components/fleet/backup-prefix";
import { environments } from "../components/fleet/environment";
import { mapping } from "../components/fleet/mapping";
import { readStackFiles, type StackConfig } from "../components/stack-file/stack-files";
import type { Past } from "../packages/local-cloud/emulator/machines";
import {
  machineClouds,
  type ClientMachine,
  type Existing,
  type ExistingBucket,
  type ExistingMachine,
} from "../packages/local-cloud/providers/existing";
import type { CloudCard } from "../packages/local-cloud/cloud/cloud";
import { postExisting } from "../packages/local-cloud/cloud/existing";
import type { Keyring } from "./stand-ins";

/**
 * Has the local cloud hold what a project's stack files say existed before Berth: the agency's
 * zones and AWS account, machines to adopt and clients' own, buckets to adopt. `stack` leaves out
 * the machines and buckets of other stacks. Files that are wrong are left to the program, which says
 * so better. Answers what could not be put there.
 */
export async function ensureExisting(
  card: CloudCard,
  project: string,
  keys?: Keyring,
  stack?: string,
): Promise<readonly string[]> {
  let stacks: Readonly<Record<string, StackConfig>>;
  try {
    stacks = readStackFiles(project).stacks;
  } catch {
    return [];
  }
  return postExisting(card, existingIn(stacks, keys, stack));
}

function existingIn(
  stacks: Readonly<Record<string, StackConfig>>,
  keys: Keyring | undefined,
  only: string | undefined,
): Existing {
  const agency = Object.values(stacks)
    .map((stack) => mapping(stack["agency"]))
    .find((found) => Object.keys(found).length > 0);
  const { awsAccount, zones } = agency ?? {};
  const chosen = Object.entries(stacks).flatMap(([name, stack]) =>
    only === undefined || name === only ? [stack] : [],
  );
  const nodes = chosen.flatMap((stack) => Object.entries(mapping(stack["nodes"])));
  return {
    zones: Object.fromEntries(
      Object.entries(mapping(zones)).filter(([, id]) => typeof id === "string"),
    ) as Record<string, string>,
    ...(typeof awsAccount === "string" && /^\d{12}$/.test(awsAccount) ? { awsAccount } : {}),
    machines: nodes.flatMap(([name, node]) => adopted(name, mapping(mapping(node)["adopt"]), keys)),
    clientMachines: nodes.flatMap(([name, node]) =>
      clients(name, mapping(mapping(node)["server"]), keys),
    ),
    buckets: [
      ...chosen.flatMap(bucketsOf),
      ...(typeof awsAccount === "string" ? clientBuckets(chosen, awsAccount) : []),
    ],
    ...sentryOf(mapping(mapping(agency)["sentry"])),
  };
}

function sentryOf({ organization, team, workspace }: Record<string, unknown>): Existing {
  if (typeof organization !== "string" || typeof team !== "string") return {};
  const workspaces = typeof workspace === "string" ? { workspaces: [workspace] } : {};
  return { sentry: { organization, teams: [team], ...workspaces } };
}

function adopted(
  name: string,
  adopt: Record<string, unknown>,
  keys: Keyring | undefined,
): ExistingMachine[] {
  const { id, region, size } = adopt;
  const provider = machineClouds.find((cloud) => cloud === adopt["provider"]);
  if (provider === undefined) return [];
  if (typeof id !== "string" || typeof region !== "string" || typeof size !== "string") return [];
  return [{ provider, id, name, region, size, past: pastOf(adopt, keys) }];
}

function clients(
  name: string,
  server: Record<string, unknown>,
  keys: Keyring | undefined,
): ClientMachine[] {
  const { address } = server;
  return typeof address === "string" ? [{ name, address, past: pastOf(server, keys) }] : [];
}

/** As its owner prepared it for Berth: the declared host key's stand-in, and the deployers let in. */
function pastOf({ login, hostKey }: Record<string, unknown>, keys: Keyring | undefined): Past {
  const pair = typeof hostKey === "string" ? keys?.pairOf(hostKey) : undefined;
  return {
    account: typeof login === "string" ? login : "root",
    authorizedKeys: (keys?.deployers ?? []).map((deployer) => deployer.public),
    ...(pair ? { hostKey: { private: pair.private, public: pair.public } } : {}),
  };
}

function bucketsOf(stack: StackConfig): { name: string; region: string }[] {
  const list = mapping(stack["backups"])["adopt"];
  return (Array.isArray(list) ? list : []).flatMap((bucket) => {
    const { name, region } = mapping(bucket);
    return typeof name === "string" && typeof region === "string" ? [{ name, region }] : [];
  });
}

/** As clients prepared them: each with the policy that Berth prints, for whatever project of whichever environment. */
function clientBuckets(stacks: readonly StackConfig[], agency: string): ExistingBucket[] {
  const projects = stacks.flatMap((stack) => Object.entries(mapping(stack["projects"])));
  const found = projects.flatMap(([slug, project]) => {
    const { name, region, account } = mapping(mapping(mapping(project)["backup"])["bucket"]);
    return typeof name === "string" && typeof region === "string" && typeof account === "string"
      ? [{ slug, name, region, account }]
      : [];
  });
  return [...new Map(found.map((each) => [each.name, each])).values()].map(
    ({ name, region, account }) => {
      const prefixes = found
        .filter((each) => each.name === name)
        .flatMap(({ slug }) =>
          environments.map((each) => backupPrefix(slug, each, { adopted: true })),
        );
      const policy = clientBucketPolicy(name, [...new Set(prefixes)].sort(), agency);
      return { name, region, owner: { account, policy } };
    },
  );
}
