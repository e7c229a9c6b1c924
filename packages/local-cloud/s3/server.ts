import { spawn, type ChildProcess } from "node:child_process";

import type { Say } from "../ground/progress";
import { lastLines } from "../ground/run-command";
import { obtainMoto } from "./moto";

/** A running S3 server on loopback. What it holds is gone when it stops. */
export interface S3Server {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly pid: number;
  /**
   * From now on policies decide, and an unknown key or a wrong secret is refused. Users, keys and
   * policies must have been made before: until then everybody may do everything.
   */
  enforceIam(): Promise<void>;
  stop(): Promise<void>;
}

/** The server ends with this process, even when this process is killed: it watches its input. */
const program = `
import os, sys, threading
def watch():
    sys.stdin.buffer.read()
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
from moto.server import main
main(["-H", "127.0.0.1", "-p", os.environ["LOCAL_CLOUD_S3_PORT"]])
`;

const patienceMs = 30_000;

/**
 * Starts a server on a free port of loopback, or on `port`. Refuses with the server's last words
 * when it does not come up within half a minute.
 */
export async function startS3(options: {
  cache: string;
  port?: number;
  say?: Say;
}): Promise<S3Server> {
  const python = await obtainMoto(options);
  const child = spawn(python, ["-u", "-c", program], {
    stdio: ["pipe", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], LOCAL_CLOUD_S3_PORT: String(options.port ?? 0) },
  });
  const endpoint = await comesUp(child);
  return {
    endpoint,
    pid: child.pid!,
    async enforceIam() {
      const answer = await fetch(`${endpoint}/moto-api/reset-auth`, {
        method: "POST",
        headers: { "content-type": "text/plain" },
        body: "0",
      });
      if (!answer.ok) throw new Error(`the local S3 server: IAM stays off (${answer.status})`);
    },
    stop: () => end(child),
  };
}

function comesUp(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = "";
    const fail = (why: string) => {
      child.kill("SIGKILL");
      reject(new Error(`the local S3 server ${why}:\n${lastLines(heard)}`));
    };
    const timer = setTimeout(() => fail("did not come up in 30 s"), patienceMs);
    child.stderr!.on("data", (data: Buffer) => {
      // The log of every request comes this way too; only the beginning matters.
      if (heard.length < 20_000) heard += data.toString();
      const port = /Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(heard)?.[1];
      if (!port) return;
      clearTimeout(timer);
      resolve(`http://127.0.0.1:${port}`);
    });
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
