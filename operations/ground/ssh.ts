import * as fs from "node:fs";
import * as path from "node:path";

import { runProgram, untilAsked, type Ended } from "../../engine/program";
import { printable } from "./printable";
import {
  explain,
  faultOf,
  knownHost,
  offering,
  outputLimit,
  pinning,
  unattended,
  type Fault,
  type Visit,
} from "./ssh-options";
import { sessionDirectory } from "./temporary";

/** With which keys a session comes. */
export interface Keys {
  /** The person's environment: SSH_AUTH_SOCK leads to the agent that holds the private halves. */
  readonly env: NodeJS.ProcessEnv;
  /** Public keys to offer, and no others; undefined: whatever the agent and the person have. */
  readonly offer?: readonly string[];
  /** Files of private keys to offer besides. */
  readonly files?: readonly string[];
}

/** How a session ended. `fault`: it did not take place or was not finished. */
export type Session =
  | {
      readonly kind: "ended";
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: "fault"; readonly fault: Fault; readonly detail: string };

/** One command in one session. */
export interface Errand {
  readonly command: string;
  /** What goes to the command's standard input; scripts go there, so no process list shows them. */
  readonly input?: string;
  /** Milliseconds after which the session is given up. */
  readonly timeoutMs: number;
  /**
   * What the command says as soon as it runs, and milliseconds after which a session is given up that
   * has not said it: whoever may work for long need not be waited for where nothing works.
   */
  readonly begins?: { readonly saying: string; readonly withinMs: number };
}

/**
 * Runs one command on a machine through the system's `ssh`, pinned to the machine's key by a
 * known_hosts file that is made for this session. What the machine says is bounded in time and size,
 * and comes without anything that a terminal would obey. Never throws for what a machine does; throws
 * when there is no `ssh`.
 */
export function visit(to: Visit, keys: Keys, errand: Errand): Promise<Session> {
  return withFiles(to, keys, async ({ known, offered }) => {
    const options = [...unattended(), ...pinning(to, known), ...offered];
    const argv = [...options, "--", `${to.login}@${to.address}`, errand.command];
    const done = await run(argv, keys.env, errand);
    if (done.ended) return fault(done.ended, "");
    if (done.code === 255) return fault(faultOf(done.stderr), done.stderr);
    return { kind: "ended", code: done.code, stdout: done.stdout, stderr: done.stderr };
  });
}

/**
 * Opens a session for a person: their terminal, their own ssh configuration, their keys; only the
 * machine's key is not theirs to say. `options` are ssh's, for what a terminal is. Answers ssh's exit status.
 */
export function attend(
  to: Visit,
  keys: Keys,
  command: readonly string[],
  options: readonly string[] = [],
): Promise<number> {
  return withFiles(to, keys, async ({ known, offered }) => {
    const where = [...pinning(to, known), ...offered, ...options];
    const argv = [...where, "--", `${to.login}@${to.address}`, ...command];
    // The terminal sends Ctrl-C to ssh as well, which passes it on; the file must outlive it.
    const hold = () => undefined;
    process.on("SIGINT", hold);
    const done = runProgram("ssh", argv, { env: keys.env, terminal: true }).catch(noSsh);
    return (await done.finally(() => process.off("SIGINT", hold))).code;
  });
}

/**
 * Runs one command on a machine and tells what it says as it says it, line by line and without anything that a terminal
 * would obey; otherwise as `visit` does, but for as long as the command takes. Answers its status, or ssh's 255 with
 * what ssh said; `input`: what the command reads. Ctrl-C ends the session alone: what runs on the machine detached runs on.
 */
export function follow(
  to: Visit,
  keys: Keys,
  command: string,
  told: (line: string) => void,
  input?: string,
): Promise<{ readonly code: number; readonly fault?: string }> {
  return withFiles(to, keys, async ({ known, offered }) => {
    const options = [...unattended(), ...pinning(to, known), ...offered];
    const argv = [...options, "--", `${to.login}@${to.address}`, command];
    const clean = (line: string) => told(printable(line));
    const [said, complained] = [new Lines(clean), new Lines(clean)];
    const how = {
      ...{ env: keys.env, onStdout: said.add, onStderr: complained.add, keep: false },
      ...(input === undefined ? {} : { input }),
    };
    const done = await untilAsked((signal) => runProgram("ssh", argv, { ...how, signal })).catch(
      noSsh,
    );
    said.end();
    complained.end();
    if (done.code !== 255) return { code: done.code };
    return { code: 255, fault: explain(faultOf(complained.last), complained.last) };
  });
}

/** Text that comes in pieces, line by line. */
class Lines {
  /** The last whole line. */
  last = "";
  private rest = "";
  private readonly decoder = new TextDecoder();

  constructor(private readonly told: (line: string) => void) {}

  readonly add = (chunk: Buffer): void => {
    const parts = (this.rest + this.decoder.decode(chunk, { stream: true })).split("\n");
    this.rest = parts.pop() ?? "";
    for (const line of parts) this.tell(line);
    // A line without an end is told in pieces: nobody keeps what a machine says without bound.
    if (this.rest.length > longestLine) this.tell(this.rest);
    if (this.rest.length > longestLine) this.rest = "";
  };

  end(): void {
    if (this.rest !== "") this.tell(this.rest);
    this.rest = "";
  }

  private tell(line: string): void {
    this.told(line);
    if (line.trim() !== "") this.last = line;
  }
}

const longestLine = 64 * 1024;

function fault(kind: Fault, stderr: string): Session {
  return { kind: "fault", fault: kind, detail: explain(kind, stderr) };
}

async function withFiles<T>(
  to: Visit,
  { offer, files = [] }: Keys,
  use: (made: { known: string; offered: string[] }) => Promise<T>,
): Promise<T> {
  const directory = sessionDirectory();
  try {
    const known = path.join(directory, "known_hosts");
    fs.writeFileSync(known, knownHost(to));
    const publics = (offer ?? []).map((line, index) => {
      const file = path.join(directory, `${index}.pub`);
      fs.writeFileSync(file, `${line}\n`, { mode: 0o600 });
      return file;
    });
    const named = [...publics, ...files];
    return await use({ known, offered: offer || named.length > 0 ? offering(named) : [] });
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

interface Done extends Pick<Ended, "code" | "stdout" | "stderr"> {
  /** Why it was ended from here. */
  readonly ended: "timeout" | "idle" | "flood" | undefined;
}

async function run(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  { input = "", timeoutMs, begins }: Errand,
): Promise<Done> {
  const givenUp = new AbortController();
  let said = "";
  const giveUp = (why: Done["ended"]) => givenUp.abort(why);
  const idle = () => void (said.includes(begins?.saying ?? "") || giveUp("idle"));
  const timers = [
    setTimeout(giveUp, timeoutMs, "timeout"),
    ...(begins ? [setTimeout(idle, begins.withinMs)] : []),
  ];
  const { signal } = givenUp;
  const done = await runProgram("ssh", argv, {
    ...{ env, input, signal, by: "SIGKILL", limitBytes: outputLimit },
    onStdout: (chunk) => (said += chunk.toString("latin1")),
  })
    .catch(noSsh)
    .finally(() => timers.forEach(clearTimeout));
  return {
    code: done.code,
    stdout: printable(done.stdout),
    stderr: printable(done.stderr),
    ended: signal.aborted ? (signal.reason as Done["ended"]) : done.flooded ? "flood" : undefined,
  };
}

function noSsh(error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  throw new Error(`ssh cannot be run: ${why}; install OpenSSH's client`);
}
