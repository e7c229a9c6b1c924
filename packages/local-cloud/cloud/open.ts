import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

import { isObject } from "../emulator/values";
import { sayOnStderr } from "../ground/progress";
import { obtainCli } from "../pulumi/cli";
import { ensureCloud, type CloudCard, type CloudOptions } from "./cloud";
import { cloudEnvironment } from "./environment";
import { postExisting, type Existing } from "./existing";
import type { CloudPaths } from "./paths";
import { ensureStacks } from "./stacks";

/** A local cloud that serves a project. */
export interface OpenCloud {
  readonly card: CloudCard;
  /** The environment in which a command finds the engine, the project's stacks and the cloud. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Obtains the Pulumi CLI, has the local cloud running, a stack for every `Pulumi.<stack>.yaml` of the
 * project, and there what its `local-cloud.yaml` says exists before. Idempotent. Refuses where one
 * of them cannot be had, and a `local-cloud.yaml` with keys that nobody reads.
 */
export async function openCloud(
  paths: CloudPaths,
  project: string,
  options: CloudOptions,
): Promise<OpenCloud> {
  const { computer, say = sayOnStderr } = options;
  const existing = readExisting(path.join(project, "local-cloud.yaml"));
  const { bin } = await obtainCli({ say, cache: computer.cache });
  const card = await ensureCloud(paths, options);
  ensureStacks(paths, project, card.vault);
  for (const what of await postExisting(card, existing)) say(`could not be put there: ${what}`);
  return { card, env: cloudEnvironment(paths, card, bin) };
}

/** The Pulumi program that a directory belongs to; undefined outside of one. */
export function projectOf(directory: string): string | undefined {
  if (fs.existsSync(path.join(directory, "Pulumi.yaml"))) return directory;
  const above = path.dirname(directory);
  return above === directory ? undefined : projectOf(above);
}

const known: readonly (keyof Existing)[] = [
  "zones",
  "awsAccount",
  "elasticIps",
  "machines",
  "clientMachines",
  "buckets",
  "sentry",
];

function readExisting(file: string): Existing {
  if (!fs.existsSync(file)) return {};
  const content: unknown = parse(fs.readFileSync(file, "utf8")) ?? {};
  const keys = isObject(content) ? Object.keys(content) : ["(no mapping)"];
  const unknown = keys.filter((key) => !(known as readonly string[]).includes(key));
  if (unknown.length === 0) return content as Existing;
  throw new Error(`${file}: ${unknown.join(", ")}: unknown; allowed: ${known.join(", ")}`);
}
