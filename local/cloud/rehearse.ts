import { duration, sayOnStderr as say } from "../setup/progress";
import { lastLines, runCommand } from "../setup/run-command";
import { runInForeground } from "./child";
import { discardCloud, hasCloud } from "./cloud";
import { stackOutputs, type StackOutputs } from "./outputs";
import { cloudPaths, repository } from "./paths";
import { ready } from "./ready";
import { report } from "./report";

const stack = "stage";

const next = `The addresses are the local cloud's own: its machines are records, nobody answers there.
Go on with any command, for example:
  npm run local -- pulumi preview --stack ${stack} --diff
Take it down, with all it kept:
  npm run rehearse -- --down`;

/** `npm run rehearse`: the stage stack on the local cloud; `-- --down` discards it. */
export async function main(argv: readonly string[]): Promise<number> {
  const [flag, ...rest] = argv;
  if (flag === "--down" && rest.length === 0) return down();
  if (flag !== undefined) {
    process.stderr.write(`unknown argument ${argv.join(" ")}; allowed: --down\n`);
    return 2;
  }
  const started = Date.now();
  const { env } = await ready(stack);
  // The preview would do the same work twice: nothing here costs anything.
  const args = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--stack", stack];
  const code = await runInForeground("pulumi", args, { cwd: repository, env });
  if (code !== 0) {
    say(`the ${stack} stack was not deployed; npm run rehearse goes on where it stopped`);
    return code;
  }
  const outputs = await readOutputs(env);
  process.stdout.write(`\n${report(outputs)}\n\n${next}\n`);
  say(`rehearsed in ${duration(Date.now() - started)}`);
  return 0;
}

async function down(): Promise<number> {
  const paths = cloudPaths();
  if (!hasCloud(paths)) {
    say("there is no local cloud here");
    return 0;
  }
  await discardCloud(paths);
  say("the local cloud and its state are gone");
  return 0;
}

async function readOutputs(env: NodeJS.ProcessEnv): Promise<StackOutputs> {
  const args = ["stack", "output", "--json", "--stack", stack];
  const { code, stdout, output } = await runCommand("pulumi", args, { cwd: repository, env });
  if (code !== 0) throw new Error(`the outputs cannot be read: ${lastLines(output)}`);
  return stackOutputs.parse(JSON.parse(stdout));
}
