import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";

import { openCloud, projectOf } from "./cloud/open";
import { discardCloud, hasCloud } from "./cloud/cloud";
import { askedKind, machineKinds } from "./cloud/machine-kind";
import { cloudPathsIn } from "./cloud/paths";
import { runInForeground } from "./ground/child";
import { thisComputer } from "./ground/computer";
import { sayOnStderr as say } from "./ground/progress";

/** What this command's clouds are called; what they leave on the computer is found by it again. */
const name = "local-cloud";

const usage = `usage: local-cloud [--directory DIR] [--machines KIND] COMMAND [ARGUMENTS]
       local-cloud [--directory DIR] --down

Runs a command, such as "pulumi up", with every provider on this computer. Run it where Pulumi.yaml
is, or below. Every Pulumi.<stack>.yaml is a stack; local-cloud.yaml beside it may say what exists
already.

  --directory DIR   where the cloud and the state are kept (default: .local-cloud in the project)
  --machines KIND   what stands behind servers: ${machineKinds.join(", ")}
  --down            ends the cloud and removes all it kept
`;

/** `local-cloud`: the exit code of the command that was run; 2 when it was not understood. */
export async function main(argv: readonly string[]): Promise<number> {
  // Options end where the command begins: what follows is the command's own.
  let own: ReturnType<typeof ownArguments>;
  try {
    own = ownArguments(argv);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  const { values, command } = own;
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const project = projectOf(process.cwd());
  const directory = values.directory ?? (project && path.join(project, ".local-cloud"));
  if (directory === undefined) {
    throw new Error(`no Pulumi.yaml in ${process.cwd()} or above; go to a Pulumi program`);
  }
  const paths = cloudPathsIn(directory, name);
  if (values.down && command.length === 0) {
    const there = hasCloud(paths);
    await discardCloud(paths);
    say(there ? "the local cloud and its state are gone" : "there is no local cloud here");
    return 0;
  }
  const [program, ...words] = command;
  if (program === undefined || values.down) {
    process.stderr.write(usage);
    return 2;
  }
  if (project === undefined) throw new Error(`no Pulumi.yaml in ${process.cwd()} or above`);
  const machines = askedKind("--machines", values.machines);
  const takeDown = "local-cloud --down";
  const { env } = await openCloud(paths, project, {
    say,
    computer: thisComputer(),
    machines,
    takeDown,
  });
  return runInForeground(program, words, { cwd: fs.realpathSync(process.cwd()), env, say });
}

function ownArguments(argv: readonly string[]) {
  const takesValue = ["--directory", "--machines"];
  let end = 0;
  while (argv[end]?.startsWith("-")) end += takesValue.includes(argv[end]!) ? 2 : 1;
  const { values } = parseArgs({
    args: argv.slice(0, end),
    options: {
      directory: { type: "string" },
      machines: { type: "string" },
      down: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  return { values, command: argv.slice(end) };
}
