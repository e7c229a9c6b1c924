import { lastLines, runCommand } from "../setup/run-command";
import { stackOutputs, type StackOutputs } from "./outputs";
import { report } from "./report";
import { loginCommand, writeSshFiles } from "./ssh-files";
import type { Keyring } from "./stand-ins";

/** A deployed stack of the local cloud, to be told about. */
export interface Rehearsed {
  readonly stack: string;
  /** The project's directory, where the engine runs. */
  readonly project: string;
  /** The local cloud's. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** Undefined where machines are records, which nobody enters. */
  readonly keys: Keyring | undefined;
}

/**
 * What a rehearsal ends with: the table of its projects, each with a command that logs a member in.
 * Writes the SSH configuration that those commands use.
 */
export async function tellRehearsed(rehearsed: Rehearsed): Promise<string> {
  const { directory, keys } = rehearsed;
  const outputs = await readOutputs(rehearsed);
  if (!keys) return report(outputs, () => undefined);
  const config = writeSshFiles(directory, outputs, keys);
  return report(outputs, (slug) => loginCommand(outputs, slug, config));
}

async function readOutputs({ stack, project, env }: Rehearsed): Promise<StackOutputs> {
  const args = ["stack", "output", "--json", "--stack", stack];
  const { code, stdout, output } = await runCommand("pulumi", args, { cwd: project, env });
  if (code !== 0) throw new Error(`the outputs cannot be read: ${lastLines(output)}`);
  return stackOutputs.parse(JSON.parse(stdout));
}
