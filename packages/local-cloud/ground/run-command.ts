import { spawn } from "node:child_process";

/** What a command said and how it ended. */
export interface CommandResult {
  /** Exit code; undefined when the command could not be started or was ended by a signal. */
  readonly code: number | undefined;
  /** Standard output alone. */
  readonly stdout: string;
  /** Both streams as they came, for messages. */
  readonly output: string;
}

/** How to run a command. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  /** Told whatever comes on standard error, as it comes. */
  readonly onStderr?: (text: string) => void;
}

/** Runs a command to its end without a shell and without input; never throws. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    });
    let stdout = "";
    let output = "";
    child.stdout.on("data", (data: Buffer) => {
      stdout += data.toString();
      output += data.toString();
    });
    child.stderr.on("data", (data: Buffer) => {
      output += data.toString();
      options.onStderr?.(data.toString());
    });
    child.on("error", (error) => resolve({ code: undefined, stdout, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? undefined, stdout, output }));
  });
}

/** The last lines of a command's output, for an error message. */
export function lastLines(output: string, count = 5): string {
  return output.trim().split("\n").slice(-count).join("\n");
}
