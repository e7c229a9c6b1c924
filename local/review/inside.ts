import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

import { mapping } from "../../components/mapping";
import { readStackFiles } from "../../components/stack-files";
import { discardCloud, ensureCloud } from "../cloud/cloud";
import { cloudEnvironment, savedOnce } from "../cloud/environment";
import { ensureExisting, postExisting } from "../cloud/existing";
import { cloudPaths } from "../cloud/paths";
import { ensureStacks, stackNames } from "../cloud/stacks";
import { lastLines } from "../setup/run-command";
import { comparison, files, type Comparison, type Outcome } from "./plan";

/** Environments own names and read host stacks' addresses, so they are deployed last. */
const environments = ["stage", "prod"];

/** What the real account may hold is not known here; it does hold the base. */
const beyondAnyFleet = 10_000;

/** Deploys the base to a local cloud of records and previews the head over it. */
export async function main([scratch = "", sandbox = ""]: readonly string[]): Promise<number> {
  const plan = comparison.parse(
    JSON.parse(fs.readFileSync(path.join(scratch, files.plan), "utf8")),
  );
  const paths = cloudPaths({ BERTH_LOCAL_DIR: path.join(scratch, "cloud") });
  try {
    const card = await ensureCloud(paths, () => undefined, "recorded");
    const engine = path.dirname(which("pulumi"));
    const env = {
      ...cloudEnvironment(paths, card, engine),
      // One event a line, policies' findings among them.
      PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true",
      ...savedOnce,
    };
    await postExisting(card, { elasticIps: beyondAnyFleet });
    for (const project of [plan.base, plan.head]) {
      ensureStacks(paths, project, card.vault);
      await ensureExisting(card, project);
    }
    const outcome = await compare(plan, env, scratch, sandbox);
    fs.writeFileSync(path.join(scratch, files.outcome), JSON.stringify(outcome));
    return 0;
  } finally {
    await discardCloud(paths);
  }
}

async function compare(
  plan: Comparison,
  env: NodeJS.ProcessEnv,
  scratch: string,
  sandbox: string,
): Promise<Outcome> {
  const [before, after] = [stackNames(plan.base), stackNames(plan.head)];
  const needed = neededBy(plan);
  const started = Date.now();
  const baseFailures: Record<string, string> = {};
  const dead = new Set<string>();
  for (const stack of [...before].sort(hostsFirst)) {
    if (needed && !needed.has(stack)) continue;
    const args = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--stack", stack];
    const { code, said } = await pulumi(args, plan.base, env);
    if (code === 0) continue;
    dead.add(stack);
    baseFailures[stack] = lastLines(said, 30);
  }
  const deployed = Date.now();
  const logs: Record<string, string> = {};
  for (const stack of plan.stacks ?? after) {
    if (!after.includes(stack) || dead.has(stack)) continue;
    const log = path.join(scratch, `${stack}.jsonl`);
    const args = ["preview", "--json", "--diff", "--ignore-protect", "--stack", stack];
    await pulumi([...args, "--policy-pack", plan.pack], plan.head, env, log);
    logs[stack] = log;
  }
  return {
    sandbox,
    logs,
    baseFailures,
    gone: before.filter((stack) => !after.includes(stack)),
    seconds: { base: (deployed - started) / 1000, previews: (Date.now() - deployed) / 1000 },
  };
}

/** The stacks asked for and those that serve their projects, in the base or the head; all: undefined. */
function neededBy({ base, head, stacks }: Comparison): ReadonlySet<string> | undefined {
  if (!stacks) return undefined;
  const serving = [base, head].flatMap((directory) => {
    const files = readStackFiles(directory);
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

/** Runs the engine; `log` takes its standard output. What it says besides is for errors. */
function pulumi(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  log?: string,
): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const file = log === undefined ? undefined : fs.openSync(log, "w", 0o600);
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd,
      env,
      stdio: ["ignore", file ?? "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    }
    child.on("error", reject);
    child.on("close", (code) => {
      if (file !== undefined) fs.closeSync(file);
      resolve({ code: code ?? 1, said });
    });
  });
}

function which(program: string): string {
  const found = (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .map((directory) => path.join(directory, program))
    .find((file) => fs.existsSync(file));
  if (found === undefined) throw new Error(`${program} is not on PATH`);
  return found;
}
