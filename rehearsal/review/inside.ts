import * as fs from "node:fs";
import * as path from "node:path";

import { mapping } from "../../components/fleet/mapping";
import { readStackFiles } from "../../components/stack-file/stack-files";
import { previewForReview, pulumi, streaming } from "../../engine/pulumi";
import { discardCloud, type CloudCard } from "../../packages/local-cloud/cloud/cloud";
import { ensureRehearsalCloud } from "../cloud";
import { savedOnce } from "../../packages/local-cloud/cloud/environment";
import type { CloudPaths } from "../../packages/local-cloud/cloud/paths";
import { rehearsalEnvironment } from "../environment";
import { postExisting } from "../../packages/local-cloud/cloud/existing";
import { ensureExisting } from "../existing";
import { cloudPaths } from "../paths";
import { ensureStacks, stackNames } from "../../packages/local-cloud/cloud/stacks";
import { which } from "../../packages/local-cloud/pulumi/on-path";
import { lastLines } from "../../packages/local-cloud/ground/run-command";
import { task, workFiles, type Deployed, type Task } from "./plan";

/** Environments own names and read host stacks' addresses, so they are deployed last. */
const environments = ["stage", "prod"];

/** What the real account may hold is not known here; it does hold the base. */
const beyondAnyFleet = 10_000;

/**
 * What runs behind the walls, in one of two visits: deploys the base to a local cloud of records, or
 * previews the head over what is there. The cloud's world and the engine's state stay in `work` between
 * the two; its process ends with each visit. `end` clears up where there are no walls that do it.
 */
export async function main([work = ""]: readonly string[]): Promise<number> {
  const wanted = task.parse(JSON.parse(fs.readFileSync(path.join(work, workFiles.task), "utf8")));
  const paths = cloudPaths({ BERTH_LOCAL_DIR: path.join(work, "cloud") });
  if (wanted.phase === "end") {
    await discardCloud(paths);
    return 0;
  }
  const card = await ensureRehearsalCloud(paths, () => undefined, "recorded");
  await postExisting(card, { elasticIps: beyondAnyFleet });
  if (wanted.phase === "base") {
    const result = await deploy(wanted, paths, card);
    fs.writeFileSync(path.join(work, workFiles.deployed), JSON.stringify(result));
  } else {
    await preview(wanted, paths, card, work);
  }
  return 0;
}

async function deploy(
  wanted: Extract<Task, { phase: "base" }>,
  paths: CloudPaths,
  card: CloudCard,
): Promise<Deployed> {
  const env = await prepare(wanted.base, paths, card);
  const [before, after] = [stackNames(wanted.base), stackNames(wanted.head)];
  const needed = neededBy(wanted);
  const failures: Record<string, string> = {};
  for (const stack of [...before].sort(hostsFirst)) {
    if (needed && !needed.has(stack)) continue;
    const args = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--stack", stack];
    const { code, stdout, stderr } = await pulumi(args, { cwd: wanted.base, env });
    if (code !== 0) failures[stack] = lastLines(`${stdout}${stderr}`, 30);
  }
  return { before, after, failures };
}

async function preview(
  { head, stacks, pack }: Extract<Task, { phase: "head" }>,
  paths: CloudPaths,
  card: CloudCard,
  work: string,
): Promise<void> {
  const env = await prepare(head, paths, card);
  for (const stack of stacks) {
    const log = fs.openSync(path.join(work, workFiles.log(stack)), "w", 0o600);
    await pulumi(previewForReview(stack, pack), { cwd: head, env, stdout: log, stderr: "drop" });
    fs.closeSync(log);
  }
}

/** Stacks and what existed before Berth, as a project's files say; and how its engine is to be run. */
async function prepare(
  project: string,
  paths: CloudPaths,
  card: CloudCard,
): Promise<NodeJS.ProcessEnv> {
  ensureStacks(paths, project, card.vault);
  await ensureExisting(card, project);
  const engine = which("pulumi", process.env["PATH"] ?? "");
  if (engine === undefined) throw new Error("pulumi is not on PATH");
  return {
    ...rehearsalEnvironment(paths, card, path.dirname(engine)),
    ...streaming,
    ...savedOnce,
  };
}

/** The stacks asked for and those that serve their projects, in the base or the head; all: undefined. */
function neededBy({
  base,
  head,
  stacks,
}: Extract<Task, { phase: "base" }>): ReadonlySet<string> | undefined {
  if (!stacks) return undefined;
  const serving = [base, head].flatMap((directory) => {
    const { stacks: files } = readStackFiles(directory);
    return stacks.flatMap((stack) =>
      Object.values(mapping(files[stack]?.["projects"])).map((project) =>
        String(mapping(project)["servedBy"]),
      ),
    );
  });
  return new Set([...stacks, ...serving]);
}

function hostsFirst(a: string, b: string): number {
  return environments.indexOf(a) - environments.indexOf(b) || (a < b ? -1 : 1);
}
