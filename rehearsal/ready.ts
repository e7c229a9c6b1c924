import * as path from "node:path";

import { mapping } from "../components/fleet/mapping";
import { obtainCli } from "../packages/local-cloud/pulumi/cli";
import type { Say } from "../packages/local-cloud/ground/progress";
import type { CloudCard } from "../packages/local-cloud/cloud/cloud";
import { rehearsalEnvironment } from "./environment";
import { ensureRehearsalCloud, takeDown } from "./cloud";
import { cacheRoot } from "./computer";
import { foreignSecrets } from "./foreign-secrets";
import { stackConfigs } from "./declared-keys";
import { ensureExisting } from "./existing";
import { obtainJobBuilder } from "./job-builder";
import { ensureProjects } from "./repositories";
import type { CloudPaths } from "../packages/local-cloud/cloud/paths";
import { sayOnStderr } from "./say";
import { cloudPaths, repository } from "./paths";
import { ensureStacks } from "../packages/local-cloud/cloud/stacks";
import { ensureStandIns, type Keyring } from "./stand-ins";

/** Everything a command needs to run against the local cloud. */
export interface Ready {
  readonly paths: CloudPaths;
  readonly card: CloudCard;
  readonly env: NodeJS.ProcessEnv;
  /** The rehearsal's keys; undefined where machines are records. */
  readonly keys: Keyring | undefined;
}

/**
 * Obtains the CLI, has the local cloud running, every stack initialised and everything there that
 * existed before: of one stack, or of all. Idempotent.
 */
export async function ready(stack?: string, say: Say = sayOnStderr): Promise<Ready> {
  const paths = cloudPaths();
  const { bin } = await obtainCli({ say, cache: cacheRoot() });
  const card = await ensureRehearsalCloud(paths, say);
  ensureStacks(paths, repository, card.vault);
  const keys =
    card.machines === "recorded" ? undefined : ensureStandIns(paths.directory, repository);
  const missing = await ensureExisting(card, repository, keys, stack);
  for (const what of missing) {
    say(`not there, though the stack files say it exists: ${withTheWayOut(what)}`);
  }
  for (const file of foreignSecrets(repository)) {
    say(
      `${file} holds secrets that the real stack's passphrase or KMS encrypted (v1:…), and the engine hands none of ` +
        "those to a local cloud: it will say `illegal base64 data`. Rehearse that stack by npm run berth -- review, or in " +
        "a copy of the clone where they are set again",
    );
  }
  if (keys) await ensureProjects(paths, repository, say);
  const env = rehearsalEnvironment(paths, card, bin);
  return { paths, card, keys, env: await withJobBuilder(env, repository, say) };
}

/**
 * With Jenkins Job Builder on its PATH, where stack files have updates keep jobs on Jenkins; where it cannot be had that
 * is said, and the update says the rest.
 */
async function withJobBuilder(
  env: NodeJS.ProcessEnv,
  project: string,
  say: Say,
): Promise<NodeJS.ProcessEnv> {
  const keeps = stackConfigs(project).some(
    (stack) => mapping(mapping(stack["agency"])["jenkins"])["address"] !== undefined,
  );
  if (!keeps) return env;
  try {
    const bin = await obtainJobBuilder({ say, cache: cacheRoot() });
    return { ...env, PATH: `${bin}${path.delimiter}${env["PATH"] ?? ""}` };
  } catch (error) {
    say(`no jobs can be made: ${error instanceof Error ? error.message : String(error)}`);
    return env;
  }
}

/** Of an address that another cloud holds: how that one is taken down. */
function withTheWayOut(what: string): string {
  return what.replace(
    /in use by the local cloud in (.*); take that one down/,
    `$& (BERTH_LOCAL_DIR='$1' ${takeDown})`,
  );
}
