import type { Context } from "../../emulator/handler";
import { recordedMachines } from "../../emulator/machines";
import type { Props } from "../../emulator/values";
import { World } from "../../emulator/world";
import { remoteCommand } from "../../providers/command/remote-command";
import { sshShell } from "../../providers/command/ssh-shell";
import type { LoopbackSshd } from "./loopback-sshd";

export const handler = remoteCommand(sshShell);
export const subject = { urn: "urn", name: "web", type: "command:remote:Command" };

/** A line of the engine's log. */
export interface Line {
  severity: string;
  message: string;
  passing: boolean;
}

/** One call of the engine, and what it is told. */
export function caller(
  environment: Record<string, string> = {},
  { signal, gone }: { signal?: AbortSignal; gone?: AbortSignal } = {},
) {
  const lines: Line[] = [];
  const context: Context = {
    world: new World(),
    config: {},
    machines: recordedMachines,
    now: () => new Date(),
    log: (severity, message, passing = false) => lines.push({ severity, message, passing }),
    environment: (name) => environment[name],
    caller: () => ({
      environment: { PATH: process.env["PATH"], ...environment },
      directory: "/tmp",
    }),
    signal: signal ?? new AbortController().signal,
    gone: gone ?? new AbortController().signal,
  };
  return { context, lines };
}

/** Checked connection inputs that let one in. */
export function connectionTo(sshd: LoopbackSshd, changes: Props = {}): Props {
  return {
    host: "127.0.0.1",
    port: sshd.port,
    user: sshd.user,
    privateKey: sshd.key.private,
    hostKey: sshd.hostKeys.ed25519,
    dialErrorLimit: 1,
    perDialTimeout: 5,
    ...changes,
  };
}

/** Creates a command resource with these inputs and returns its outputs. */
export async function create(inputs: Props, { context } = caller()): Promise<Props> {
  return (await handler.create(subject, inputs, false, context)).outputs;
}
