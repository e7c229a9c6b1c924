import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

import { runProgram } from "../../engine/program";
import { Conversation } from "./conversation";
import { Lines } from "./lines";
import { printable } from "./printable";
import type { Keys } from "./ssh";
import {
  explain,
  faultOf,
  knownHost,
  offering,
  outputLimit,
  pinning,
  unattended,
  type Visit,
} from "./ssh-options";
import { sessionDirectory } from "./temporary";

/** How a command on a machine ended. `away`: it did not take place, or nobody knows how it ended. */
export type Answered =
  | {
      readonly kind: "ended";
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: "away"; readonly detail: string };

/** What a command on a machine is given. */
export interface Question {
  readonly input?: string;
  /** Milliseconds after which nobody waits for it any more. */
  readonly timeoutMs: number;
  /** Told each line of standard output as it comes. */
  readonly told?: (line: string) => void;
}

/** Milliseconds that a connection has to come to stand. */
const openMs = 15_000;

/** Seconds between signs of life, and how many may be missing: a dead machine is noticed within six. */
const life = ["-o", "ServerAliveInterval=2", "-o", "ServerAliveCountMax=3"] as const;

/**
 * One connection to one machine for many commands, pinned to its key like every session. A command costs a
 * round trip and no dial. Where the connection broke, the next command makes a new one.
 */
export class Lasting {
  private readonly directory = sessionDirectory();
  private readonly socket = path.join(this.directory, "c");
  private readonly options: readonly string[];
  private readonly where: string;
  private open: Promise<ChildProcess | undefined> | undefined;

  constructor(
    to: Visit,
    private readonly keys: Keys,
  ) {
    const known = path.join(this.directory, "known_hosts");
    fs.writeFileSync(known, knownHost(to));
    const publics = (keys.offer ?? []).map((line, index) => {
      const file = path.join(this.directory, `${index}.pub`);
      fs.writeFileSync(file, `${line}\n`, { mode: 0o600 });
      return file;
    });
    const named = [...publics, ...(keys.files ?? [])];
    // ssh takes the first value of an option: what is said here goes before what a single session says.
    this.options = [
      ...life,
      ...["-o", `ControlPath=${this.socket}`],
      ...unattended(),
      ...pinning(to, known),
      ...(keys.offer || named.length > 0 ? offering(named) : []),
    ];
    this.where = `${to.login}@${to.address}`;
  }

  /** Runs one command. Never throws for what a machine does. */
  async run(command: string, { input = "", timeoutMs, told }: Question): Promise<Answered> {
    await this.connected();
    const lines = told && new Lines(told);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs);
    try {
      const argv = ["-o", "ControlMaster=no", ...this.options, "--", this.where, command];
      const done = await runProgram("ssh", argv, {
        ...{ env: this.keys.env, input, signal: late.signal, by: "SIGKILL" as const },
        limitBytes: outputLimit,
        ...(lines && { onStdout: lines.add }),
      });
      if (late.signal.aborted) return { kind: "away", detail: explain("timeout", "") };
      if (done.flooded) return { kind: "away", detail: explain("flood", "") };
      if (done.code === 255) {
        return { kind: "away", detail: explain(faultOf(done.stderr), done.stderr) };
      }
      const [stdout, stderr] = [printable(done.stdout), printable(done.stderr)];
      return { kind: "ended", code: done.code, stdout, stderr };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Runs a command that is asked many things, each in a line; see `Conversation`. */
  async talk(command: string, told: (line: string) => void): Promise<Conversation> {
    await this.connected();
    const argv = ["-o", "ControlMaster=no", ...this.options, "--", this.where, command];
    const { env } = this.keys;
    return new Conversation(spawn("ssh", argv, { env, stdio: ["pipe", "pipe", "ignore"] }), told);
  }

  /** Ends the connection and removes what it was told. */
  async close(): Promise<void> {
    const master = await this.open;
    master?.kill("SIGTERM");
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  /** Waits for the connection. A command that finds none dials by itself, and tells what is wrong. */
  private async connected(): Promise<void> {
    const master = await this.open;
    if (master !== undefined && master.exitCode === null && master.signalCode === null) return;
    this.open = this.dial();
    await this.open;
  }

  private async dial(): Promise<ChildProcess | undefined> {
    fs.rmSync(this.socket, { force: true });
    const argv = ["-M", "-N", ...this.options, "--", this.where];
    // It holds no pipe of ours: whoever reads one would wait for its end.
    const master = spawn("ssh", argv, { env: this.keys.env, stdio: "ignore" });
    master.on("error", () => undefined);
    const end = Date.now() + openMs;
    while (master.pid !== undefined && master.exitCode === null && Date.now() < end) {
      if (fs.existsSync(this.socket)) return master;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    master.kill("SIGTERM");
    return undefined;
  }
}
