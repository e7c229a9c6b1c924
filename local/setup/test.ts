import * as path from "node:path";

import { runInForeground } from "../cloud/child";
import { repository } from "../cloud/paths";
import { obtainCli } from "./cli";
import { sayOnStderr as say } from "./progress";

/**
 * `npm test`: formatting, linting and types, then every test. Arguments go to vitest, and leave
 * out the checks: `npm test -- test/spec`.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const options = { cwd: repository, env: process.env };
  if (argv.length === 0) {
    const { source } = await obtainCli();
    say(`the Pulumi CLI comes from: ${source}`);
    const code = await runInForeground("npm", ["run", "--silent", "check"], options);
    if (code !== 0) return code;
  }
  const vitest = path.join(repository, "node_modules", ".bin", "vitest");
  return runInForeground(vitest, ["run", ...argv], options);
}
