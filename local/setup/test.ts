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
  const vitest = path.join(repository, "node_modules", ".bin", "vitest");
  if (argv.length > 0) return runInForeground(vitest, ["run", ...argv], options);
  const { source } = await obtainCli();
  say(`the Pulumi CLI comes from: ${source}`);
  const checks = await runInForeground("npm", ["run", "--silent", "check"], options);
  const tests = await runInForeground(vitest, ["run"], options);
  // Said last, because the tests' own lines have pushed it out of sight.
  if (checks !== 0) say("npm run check failed; its output stands above the tests");
  return tests || checks;
}
