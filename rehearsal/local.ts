import * as fs from "node:fs";
import * as path from "node:path";

import { sayOnStderr } from "./say";
import { runInForeground } from "../packages/local-cloud/ground/child";
import type { CloudCard } from "../packages/local-cloud/cloud/card";
import { nobodyAnswers } from "../packages/local-cloud/cloud/machine-kind";
import type { CloudPaths } from "../packages/local-cloud/cloud/paths";
import { asVisitor, type Command } from "../packages/local-cloud/edge/as-visitor";
import { repository } from "./paths";
import { ready } from "./ready";

const run = path.join(repository, "tools", "setup", "run.js");

const usage = `usage: npm run local -- <command> [arguments]

Runs a command against the local cloud, for example:
  npm run local -- pulumi preview --stack stage
  npm run -s local -- pulumi stack output --json --stack stage
  npm run -s local -- berth status
  npm run -s local -- curl https://kmc.example.com/
(-s keeps npm's own two lines out of the output.)
`;

/** `npm run local -- <command>`: the command's own exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const [command, ...args] = argv;
  if (command === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  const { env, card, paths } = await ready();
  if (command === "berth" && card.machines === "recorded") sayOnStderr(nobodyAnswers());
  // The project's own command is on nobody's PATH: it belongs to the clone.
  const [program, words] =
    command === "berth" ? [process.execPath, [run, "operations/berth", ...args]] : [command, args];
  const visits = visitors.includes(command) || (command === "berth" && isVisitor(args, card));
  const asked = visits
    ? visiting(card, { program, words: [...logins(command, paths), ...words], env })
    : { program, words, env };
  const options = { cwd: repository, env: asked.env, say: sayOnStderr };
  return runInForeground(asked.program, asked.words, options);
}

/** Programs that go where names lead, so that they are to know the local cloud's. */
const visitors: readonly string[] = ["curl", "wget", "ssh"];

/** Whether a command of berth's looks at sites as visitors see them. */
function isVisitor([name]: readonly string[], { edge }: CloudCard): boolean {
  return name === "board" && edge !== undefined;
}

/** A visitor's command; as it is, with a line that says why, where nobody would answer. */
function visiting(card: CloudCard, command: Command): Command {
  if (!card.edge) {
    sayOnStderr(nobodyAnswers());
    return command;
  }
  const { problem } = card.edge;
  if (problem) sayOnStderr(`nobody serves the local cloud's proxied names: ${problem}`);
  return asVisitor(card.edge, command);
}

/** What the rehearsal wrote for SSH: the members' keys and the machines' host keys. */
function logins(command: string, { directory }: CloudPaths): string[] {
  const config = path.join(directory, "ssh_config");
  return command === "ssh" && fs.existsSync(config) ? ["-F", config] : [];
}
