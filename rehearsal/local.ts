import * as path from "node:path";

import { sayOnStderr } from "./say";
import { runInForeground } from "../packages/local-cloud/ground/child";
import { nobodyAnswers } from "../packages/local-cloud/cloud/machine-kind";
import { repository } from "./paths";
import { ready } from "./ready";

const run = path.join(repository, "tools", "setup", "run.js");

const usage = `usage: npm run local -- <command> [arguments]

Runs a command against the local cloud, for example:
  npm run local -- pulumi preview --stack stage
  npm run -s local -- pulumi stack output --json --stack stage
  npm run -s local -- berth status
(-s keeps npm's own two lines out of the output.)
`;

/** `npm run local -- <command>`: the command's own exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const [command, ...args] = argv;
  if (command === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  const { env, card } = await ready();
  if (command === "berth" && card.machines === "recorded") sayOnStderr(nobodyAnswers());
  // The project's own command is on nobody's PATH: it belongs to the clone.
  const [program, words] =
    command === "berth" ? [process.execPath, [run, "operations/berth", ...args]] : [command, args];
  return runInForeground(program, words, { cwd: repository, env, say: sayOnStderr });
}
