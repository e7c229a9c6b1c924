import { readOutputs, type StackOutputs } from "../components/outputs/schema";
import { pulumi } from "../engine/pulumi";
import { lastLines } from "../packages/local-cloud/ground/run-command";
import { joinedIn, toldJoined } from "./joined";
import { report } from "./report";
import { loginCommand, writeSshFiles } from "./ssh-files";
import type { Keyring } from "./stand-ins";
import type { ToDo } from "./to-do";

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
 * What a rehearsal ends with: the table of its projects, each with a command that logs a member in
 * and one that visits it, what it is joined to, and what is left to do. Writes the SSH configuration that those commands use.
 */
export async function tellRehearsed(rehearsed: Rehearsed, toDo: ToDo = {}): Promise<string> {
  const outputs = await outputsOf(rehearsed);
  const table = report(outputs, loginIn(rehearsed, outputs, toDo), visitIn(rehearsed, outputs));
  const left = Object.entries(toDo).sort(([a], [b]) => a.localeCompare(b));
  const joined = toldJoined(await joinedIn(rehearsed.env["BERTH_LOCAL_CONTROL"]!));
  return [
    table,
    ...section("Joined to:", joined),
    ...section(
      "Not done:",
      left.map(([of, steps]) => `  ${of}: ${steps.join(", ")}`),
    ),
  ].join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

function loginIn(
  { directory, keys }: Rehearsed,
  outputs: StackOutputs,
  toDo: ToDo,
): (slug: string) => string | undefined {
  const config = keys && writeSshFiles(directory, outputs, keys);
  return (slug) => {
    if (toDo[outputs.projects[slug]?.node ?? slug]) return "not yet, see below";
    return config && loginCommand(outputs, slug, config);
  };
}

/** Through the cloud's names and its edge; none where machines are records. */
function visitIn({ keys }: Rehearsed, { projects }: StackOutputs) {
  return (slug: string) => {
    const primary = projects[slug]?.primary;
    return keys && primary ? `npm run -s local -- curl https://${primary}/` : undefined;
  };
}

async function outputsOf({ stack, project, env }: Rehearsed): Promise<StackOutputs> {
  const args = ["stack", "output", "--json", "--stack", stack];
  const { code, stdout, stderr } = await pulumi(args, { cwd: project, env });
  if (code !== 0) throw new Error(`the outputs cannot be read: ${lastLines(stdout + stderr)}`);
  return readOutputs(stack, JSON.parse(stdout));
}
