import * as fs from "node:fs";
import * as path from "node:path";

import { cacheRoot } from "../../rehearsal/computer";
import { runCommand } from "../../packages/local-cloud/ground/run-command";

const version = "v1.7.12";

/**
 * What actionlint says of workflows, a line a finding; it runs shellcheck on their commands where that
 * is installed. Built once from its Go module; where there is no Go, or no way to the module, it says
 * nothing: the checks that need no linter stand in the test.
 */
export async function lintWorkflows(files: readonly string[]): Promise<readonly string[]> {
  const directory = path.join(cacheRoot(), "actionlint", version);
  const program = path.join(directory, "actionlint");
  if (!fs.existsSync(program)) {
    const env = { ...process.env, GOBIN: directory, GOWORK: "off", GOFLAGS: "-mod=mod" };
    const module = `github.com/rhysd/actionlint/cmd/actionlint@${version}`;
    const { code } = await runCommand("go", ["install", module], { env });
    if (code !== 0) return [];
  }
  const { code, output } = await runCommand(program, ["-no-color", "-oneline", ...files]);
  if (code === 0) return [];
  return output.trim().split("\n");
}
