import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

import { repository } from "../cloud/paths";
import { obtainCli } from "../setup/cli";
import { comparison, files, type Comparison } from "./plan";
import { cleanEnvironment, findSandbox, noSandbox, type Sandbox } from "./sandbox";

/**
 * `node local/setup/run.js local/review/compare <scratch directory>`: compares two states of the
 * project as `plan.json` in the scratch directory says, and leaves `outcome.json` there.
 *
 * Obtains the CLI here, where there is a network; everything that runs the reviewed program happens
 * in `inside.ts`, behind the walls. Exit code 0 says that there is an outcome, not that it is good.
 */
export async function main([directory = ""]: readonly string[]): Promise<number> {
  const scratch = path.resolve(directory);
  const plan = comparison.parse(
    JSON.parse(fs.readFileSync(path.join(scratch, files.plan), "utf8")),
  );
  const { bin } = await obtainCli();
  const sandbox = await chosen(plan, scratch);
  for (const name of ["home", "tmp"]) fs.mkdirSync(path.join(scratch, name), { recursive: true });
  const command = sandbox.wrap([
    process.execPath,
    path.join(repository, "local", "setup", "run.js"),
    "local/review/inside",
    scratch,
    sandbox.describes,
  ]);
  const env = cleanEnvironment(process.env, scratch);
  return runIn(command, sandbox.ends, {
    ...env,
    PATH: [bin, path.dirname(process.execPath), env["PATH"] ?? ""].join(path.delimiter),
  });
}

async function chosen(plan: Comparison, scratch: string): Promise<Sandbox> {
  if (!plan.sandbox) return noSandbox;
  const found = await findSandbox(scratch);
  if (found) return found;
  throw new Error(
    "the reviewed code cannot be shut in on this computer: unshare, ip and setpriv are needed, and " +
      "root or user namespaces. Fix: run the review on Linux with them, or, for changes you trust, " +
      "give --no-sandbox",
  );
}

function runIn(
  [program = "", ...args]: readonly string[],
  signal: NodeJS.Signals,
  env: NodeJS.ProcessEnv,
) {
  return new Promise<number>((resolve, reject) => {
    const child = spawn(program, args, { env, cwd: repository, stdio: ["ignore", 2, 2] });
    const stop = () => void child.kill(signal);
    process.once("SIGINT", stop).once("SIGTERM", stop);
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      resolve(code ?? 1);
    });
  });
}
