import type { Duplex } from "node:stream";

import type { Endpoint } from "./connection";

/** How a remote command ended. */
export interface Ending {
  /** Absent when a signal ended it, or the connection. */
  readonly status?: number;
  /** Without `SIG`: `TERM`. */
  readonly signal?: string;
}

/** A command to run and what it gets. */
export interface Job {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: string;
  /** Told every piece of output as it arrives. */
  readonly onOutput: (stream: "stdout" | "stderr", chunk: Buffer) => void;
}

/** An authenticated SSH connection. */
export interface ShellConnection {
  /** Whether the server takes this environment variable (sshd: `AcceptEnv`). */
  accepts(key: string, value: string): Promise<boolean>;
  /** Runs one command to its end. */
  run(job: Job): Promise<Ending>;
  /** Writes a file over SFTP, with the directories above it. Rejects with the server's reason. */
  write(path: string, content: Buffer): Promise<void>;
  /** Opens a stream from there to `host:port`. */
  tunnel(host: string, port: number): Promise<Duplex>;
  close(): void;
}

/** One attempt to connect and authenticate; rejects with the text that Go's SSH client gives. */
export type Attempt = (options: {
  /** The stream to speak over instead of a TCP connection of its own. */
  readonly over?: Duplex;
  /** Ends the attempt with the engine. */
  readonly gone: AbortSignal;
}) => Promise<ShellConnection>;

/**
 * The way to other machines. Apart from the resource, so that a recorded run can stand in for the
 * machines it ran on.
 */
export interface Shell {
  /**
   * Parses the endpoint's keys and reaches its ssh-agent (a socket's path). Rejects when one of
   * them is unusable, which no second attempt can change.
   */
  prepare(endpoint: Endpoint, agent: string | undefined): Promise<Attempt>;
}
