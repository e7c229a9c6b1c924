import { isUtf8 } from "node:buffer";

import { ProviderError, type Context } from "../../emulator/handler";
import { isObject, type Props } from "../../emulator/values";
import { readConnection } from "./connection";
import { dial } from "./dial";
import { goQuote } from "./go-quote";
import type { Ending, Shell, ShellConnection } from "./shell";

/** What a run leaves in the state. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
}

/** The longest line that the real provider's log can take; a longer one blocks it for ever. */
const longestLoggedLine = 64 * 1024;

/**
 * Runs one command over SSH with a resource's connection, environment, stdin and logging. Throws
 * `ProviderError` with the real text when the host cannot be entered, refuses a declared variable,
 * or the command fails; that text holds the command and all it printed.
 *
 * Once it runs, neither Ctrl-C nor a custom time-out ends it: the real provider waits for the
 * machine, and the engine for the provider, and what then succeeded is in the state.
 */
export async function run(
  shell: Shell,
  command: string,
  inputs: Props,
  previous: Partial<Outcome>,
  context: Context,
): Promise<Outcome> {
  const connection = await dial(shell, readConnection(inputs), context);
  const stop = () => connection.close();
  context.gone.addEventListener("abort", stop, { once: true });
  try {
    const environment = await acceptedEnvironment(connection, inputs, previous, context);
    return await execute(connection, command, inputs, environment, context);
  } finally {
    context.gone.removeEventListener("abort", stop);
    connection.close();
  }
}

async function acceptedEnvironment(
  connection: ShellConnection,
  inputs: Props,
  previous: Partial<Outcome>,
  context: Context,
): Promise<Record<string, string>> {
  const accepted: Record<string, string> = {};
  const declared = isObject(inputs["environment"]) ? inputs["environment"] : {};
  for (const [key, value] of Object.entries(declared)) {
    if (!(await connection.accepts(key, String(value)))) {
      context.log("error", refusedVariable(key));
      throw new ProviderError(
        `could not set environment variable ${goQuote(key)}: ssh: setenv failed`,
      );
    }
    accepted[key] = String(value);
  }
  if (inputs["addPreviousOutputInEnv"] === false) return accepted;
  const outputs = [
    ["PULUMI_COMMAND_STDOUT", previous.stdout],
    ["PULUMI_COMMAND_STDERR", previous.stderr],
  ] as const;
  for (const [key, value] of outputs) {
    if (!value) continue;
    if (await connection.accepts(key, value)) accepted[key] = value;
    else context.log("warning", refusedVariable(key));
  }
  return accepted;
}

function refusedVariable(key: string): string {
  return [
    `Unable to set '${key}'. This only works if your SSH server is configured to accept`,
    "\tthese variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote host, you could",
    "\tprefix the command itself with the variables in the form 'VAR=value command'",
  ].join("\n");
}

async function execute(
  connection: ShellConnection,
  command: string,
  inputs: Props,
  environment: Record<string, string>,
  context: Context,
): Promise<Outcome> {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[], both: [] as Buffer[] };
  const logged = new LineLog(context);
  const fail = (reason: string) =>
    new ProviderError(
      `${reason}: running ${goQuote(command)}:\n${Buffer.concat(chunks.both).toString("utf8")}`,
    );
  let ending: Ending;
  try {
    ending = await connection.run({
      command,
      environment,
      stdin: typeof inputs["stdin"] === "string" ? inputs["stdin"] : "",
      onOutput: (stream, chunk) => {
        chunks[stream].push(chunk);
        chunks.both.push(chunk);
        if (logs(inputs["logging"], stream)) logged.add(chunk);
      },
    });
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error));
  }
  logged.end();
  if (ending.status !== 0) throw fail(endingText(ending));
  return { stdout: text(chunks.stdout), stderr: text(chunks.stderr) };
}

/** Whether a stream is logged; an unknown value of `logging` logs nothing. */
export function logs(logging: unknown, stream: "stdout" | "stderr"): boolean {
  return (
    logging === undefined || logging === null || logging === "stdoutAndStderr" || logging === stream
  );
}

const signalNumbers: Readonly<Record<string, number>> = {
  ...{ ABRT: 6, ALRM: 14, FPE: 8, HUP: 1, ILL: 4, INT: 2, KILL: 9, PIPE: 13, QUIT: 3, SEGV: 11 },
  TERM: 15,
};

function endingText({ status, signal }: Ending): string {
  if (signal === undefined) {
    return status === undefined
      ? "wait: remote command exited without exit status or exit signal"
      : `Process exited with status ${status}`;
  }
  return `Process exited with status ${128 + (signalNumbers[signal] ?? 0)} from signal ${signal}`;
}

/** Output without one trailing newline. What is no UTF-8 cannot be told to the engine. */
export function text(chunks: readonly Buffer[]): string {
  const output = Buffer.concat(chunks);
  if (!isUtf8(output)) {
    throw new ProviderError("grpc: error while marshaling: string field contains invalid UTF-8");
  }
  return output.toString("utf8").replace(/\n$/, "");
}

/** Logs whole lines while they come, whichever stream they come from. */
export class LineLog {
  private rest = Buffer.alloc(0);
  private overlong = false;

  constructor(private readonly context: Context) {}

  add(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (let end = this.rest.indexOf(10); end >= 0; end = this.rest.indexOf(10)) {
      this.line(this.rest.subarray(0, end));
      this.rest = this.rest.subarray(end + 1);
    }
  }

  /** Throws where a line would have blocked the real provider for ever. */
  end(): void {
    if (this.rest.length > 0) this.line(this.rest);
    if (!this.overlong) return;
    throw new ProviderError(
      "the command printed a line over 64 KiB, on which the real provider hangs; set logging to none",
    );
  }

  private line(line: Buffer): void {
    if (line.length >= longestLoggedLine) this.overlong = true;
    else this.context.log("info", line.toString("utf8").replace(/\r$/, ""), true);
  }
}
