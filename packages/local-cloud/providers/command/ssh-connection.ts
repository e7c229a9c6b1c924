import type { Duplex } from "node:stream";
import { promisify } from "node:util";
import type { Client, SFTPWrapper } from "ssh2";

import type { Ending, Job, ShellConnection } from "./shell";
import { connectReason } from "./tcp";

declare module "ssh2" {
  interface Client {
    /** ssh2 can ask for variables before the subsystem and wait for the answer; its types lack it. */
    sftp(environment: Record<string, string>, callback: ClientSFTPCallback): this;
  }
}

/** The one form of each of ssh2's overloads that is used here. */
type Opening = (callback: (error: Error | undefined, sftp: SFTPWrapper) => void) => void;
type Writing = (
  path: string,
  content: Buffer,
  callback: (error: Error | null | undefined) => void,
) => void;

/** An authenticated connection of ssh2. */
export class SshConnection implements ShellConnection {
  constructor(private readonly client: Client) {
    // A connection that breaks shows in the command that runs on it: it closes without a status.
    client.on("error", () => undefined);
  }

  /**
   * Asks on a channel of its own: ssh2 sends a command's variables without waiting for an answer,
   * and only in front of the sftp subsystem lets itself be told of a refusal.
   */
  accepts(key: string, value: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.client.sftp({ [key]: value }, (error, sftp) => {
        if (!error) sftp.end();
        resolve(error?.message !== "Unable to set environment");
      });
    });
  }

  run({ command, environment, stdin, onOutput }: Job): Promise<Ending> {
    return new Promise((resolve, reject) => {
      this.client.exec(command, { env: environment }, (error, stream) => {
        if (error) {
          reject(new Error(`ssh: command ${command} failed`));
          return;
        }
        let ending: Ending = {};
        stream.on("exit", (status: number | null, signal?: string) => {
          ending = status === null ? { signal: (signal ?? "").replace(/^SIG/, "") } : { status };
        });
        stream.on("data", (chunk: Buffer) => onOutput("stdout", chunk));
        stream.stderr.on("data", (chunk: Buffer) => onOutput("stderr", chunk));
        stream.on("close", () => resolve(ending));
        // A command that ends without reading its stdin is no error.
        stream.on("error", () => undefined);
        stream.end(stdin);
      });
    });
  }

  async write(path: string, content: Buffer): Promise<void> {
    const sftp = await promisify(this.client.sftp.bind(this.client) as Opening)().catch(() => {
      throw new Error("ssh: subsystem request failed");
    });
    try {
      const folders = path.split("/").slice(0, -1);
      for (const [index] of folders.entries()) {
        // One that exists is refused as one that cannot be made is: the file itself tells.
        await new Promise((done) => sftp.mkdir(folders.slice(0, index + 1).join("/"), done));
      }
      await promisify(sftp.writeFile.bind(sftp) as Writing)(path, content);
    } finally {
      sftp.end();
    }
  }

  tunnel(host: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      this.client.forwardOut("127.0.0.1", 0, host, port, (error, stream) => {
        if (error) reject(new Error(tunnelReason(error)));
        else resolve(stream);
      });
    });
  }

  close(): void {
    this.client.end();
  }
}

function tunnelReason(error: Error & { code?: string | number }): string {
  const detail = /Channel open failure: (.*)$/.exec(error.message)?.[1];
  return detail === undefined ? connectReason(error) : `ssh: rejected: connect failed (${detail})`;
}
