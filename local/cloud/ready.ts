import { obtainCli } from "../setup/cli";
import { sayOnStderr, type Say } from "../setup/progress";
import { ensureCloud, type CloudCard } from "./cloud";
import { cloudEnvironment } from "./environment";
import { ensureExisting } from "./existing";
import { cloudPaths, repository, type CloudPaths } from "./paths";
import { ensureStacks } from "./stacks";

/** Everything a command needs to run against the local cloud. */
export interface Ready {
  readonly paths: CloudPaths;
  readonly card: CloudCard;
  readonly env: NodeJS.ProcessEnv;
}

/** Obtains the CLI, has the local cloud running and every stack initialised. Idempotent. */
export async function ready(say: Say = sayOnStderr): Promise<Ready> {
  const paths = cloudPaths();
  const { bin } = await obtainCli({ say });
  const card = await ensureCloud(paths, say);
  ensureStacks(paths, repository, card.vault);
  await ensureExisting(card, repository);
  return { paths, card, env: cloudEnvironment(paths, card, bin) };
}
