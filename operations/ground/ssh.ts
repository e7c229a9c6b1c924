import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

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
 * machine's key is not theirs to say. Answers ssh's exit status.
 */
export function attend(to: Visit, keys: Keys, command: readonly string[]): Promise<number> {
  return withFiles(to, keys, ({ known, offered }) => {
    const argv = [...pinning(to, known), ...offered, "--", `${to.login}@${to.address}`, ...command];
    return new Promise((resolve, reject) => {
      const child = spawn("ssh", argv, { env: keys.env, stdio: "inherit" });
      // The terminal sends Ctrl-C to ssh as well, which passes it on; the file must outlive it.
      const hold = () => undefined;
      process.on("SIGINT", hold);
      child.on("error", (error) => reject(noSsh(error)));
      child.on("exit", (code) => {
        process.off("SIGINT", hold);
        resolve(code ?? 255);
      });
    });
  });
}

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

interface Done {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it was ended from here. */
  readonly ended: "timeout" | "idle" | "flood" | undefined;
}

function run(argv: readonly string[], env: NodeJS.ProcessEnv, errand: Errand): Promise<Done> {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", argv, { env, stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let ended: Done["ended"];
    const end = (why: Done["ended"]) => {
      ended ??= why;
      child.kill("SIGKILL");
      // Whatever it started may hold the pipes and go on talking.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const { begins } = errand;
    const began = () => begins === undefined || Buffer.concat(out).includes(begins.saying);
    const timers = [
      setTimeout(() => end("timeout"), errand.timeoutMs),
      ...(begins ? [setTimeout(() => began() || end("idle"), begins.withinMs)] : []),
    ];
    const settled = () => timers.forEach((timer) => clearTimeout(timer));
    const listen = (stream: NodeJS.ReadableStream, chunks: Buffer[]) => {
      let bytes = 0;
      stream.on("data", (chunk: Buffer) => {
        if ((bytes += chunk.length) > outputLimit) end("flood");
        else chunks.push(chunk);
      });
    };
    listen(child.stdout, out);
    listen(child.stderr, err);
    // A session that is refused closes the pipe; ssh's status tells the story.
    child.stdin.on("error", () => undefined);
    child.stdin.end(errand.input ?? "");
    child.on("error", (error) => {
      settled();
      reject(noSsh(error));
    });
    child.on("close", (code) => {
      settled();
      const text = (chunks: Buffer[]) => printable(Buffer.concat(chunks).toString("utf8"));
      resolve({ code: code ?? 255, stdout: text(out), stderr: text(err), ended });
    });
  });
}

function noSsh(error: Error): Error {
  return new Error(`ssh cannot be run: ${error.message}; install OpenSSH's client`);
}
