import { spawn } from "node:child_process";

import { ProviderError, type Context, type ResourceHandler } from "../../emulator/handler";
import { isObject, type Props } from "../../emulator/values";
import { commandResource } from "./command-resource";
import { localInputs } from "./decode";
import { goQuote } from "./go-quote";
import { LineLog, logs, text, type Outcome } from "./run";

/**
 * `command:local:Command` of the real provider 1.2.1, as `commandResource` has it, on this computer: as the calling
 * engine's child it has that one's environment and runs in the directory of its program. None of its calls is
 * recorded; source: the provider's code at v1.2.1.
 */
export const localCommand: ResourceHandler = commandResource({
  type: "command:local:Command",
  inputs: localInputs,
  secret: [],
  run,
});

async function run(
  command: string,
  inputs: Props,
  previous: Outcome,
  context: Context,
): Promise<Outcome> {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[], both: [] as Buffer[] };
  const logged = new LineLog(context);
  const ending = await execute(command, inputs, previous, context, (stream, chunk) => {
    chunks[stream].push(chunk);
    chunks.both.push(chunk);
    if (logs(inputs["logging"], stream)) logged.add(chunk);
  });
  logged.end();
  if (ending !== undefined) {
    const said = Buffer.concat(chunks.both).toString("utf8");
    throw new ProviderError(`${ending}: running ${goQuote(command)}:\n${said}`);
  }
  return { stdout: text(chunks.stdout), stderr: text(chunks.stderr) };
}

/** How it ended, in Go's words; undefined: well. */
function execute(
  command: string,
  inputs: Props,
  previous: Outcome,
  context: Context,
  onOutput: (stream: "stdout" | "stderr", chunk: Buffer) => void,
): Promise<string | undefined> {
  const caller = context.caller();
  const given = inputs["interpreter"];
  const interpreter =
    Array.isArray(given) && given.length > 0 ? given.map(String) : ["/bin/sh", "-c"];
  const [program = "", ...args] = [...interpreter, command];
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: typeof inputs["dir"] === "string" ? inputs["dir"] : caller.directory,
      env: { ...caller.environment, ...variables(inputs, previous) },
      // Cancelled, or past a custom time-out, the real one is killed with the call.
      signal: AbortSignal.any([context.signal, context.gone]),
      killSignal: "SIGKILL",
    });
    child.stdout.on("data", (chunk: Buffer) => onOutput("stdout", chunk));
    child.stderr.on("data", (chunk: Buffer) => onOutput("stderr", chunk));
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => {
      if (signal !== null) resolve(`signal: ${signal === "SIGKILL" ? "killed" : signal}`);
      else resolve(code === 0 ? undefined : `exit status ${code}`);
    });
    // A command may end before it has read all.
    child.stdin.on("error", () => undefined);
    child.stdin.end(typeof inputs["stdin"] === "string" ? inputs["stdin"] : "");
  });
}

function variables(inputs: Props, { stdout, stderr }: Outcome): Record<string, string> {
  const declared = isObject(inputs["environment"]) ? Object.entries(inputs["environment"]) : [];
  const previous =
    inputs["addPreviousOutputInEnv"] === false
      ? []
      : [
          ["PULUMI_COMMAND_STDOUT", stdout],
          ["PULUMI_COMMAND_STDERR", stderr],
        ];
  return Object.fromEntries([
    ...declared.map(([key, value]) => [key, String(value)]),
    ...previous.filter(([, value]) => value),
  ]) as Record<string, string>;
}
