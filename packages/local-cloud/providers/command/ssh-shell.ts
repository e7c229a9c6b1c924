import type { Duplex } from "node:stream";
import { Client, type AnyAuthMethod, type ConnectConfig, type ParsedKey } from "ssh2";

import type { Endpoint } from "./connection";
import { pinnedKey, privateKey, reachAgent, type PinnedKey } from "./credentials";
import type { Shell } from "./shell";
import { SshConnection } from "./ssh-connection";
import { dialTcp } from "./tcp";

/**
 * Real SSH. Never waits for a prompt, never reads the user's own SSH settings or known hosts.
 * `silenceSeconds`: see `dialTcp`.
 */
export function sshShellWith(silenceSeconds?: number): Shell {
  return {
    async prepare(endpoint, agent) {
      const pinned = endpoint.hostKey === undefined ? undefined : pinnedKey(endpoint.hostKey);
      const key = privateKey(endpoint);
      if (agent !== undefined) await reachAgent(agent);
      return async ({ over, gone }) => {
        const { host, port, perDialTimeout } = endpoint;
        const socket = over ?? (await dialTcp(host, port, perDialTimeout, gone, silenceSeconds));
        return shakeHands(socket, endpoint, { pinned, key, agent }, gone);
      };
    },
  };
}

/** Real SSH, as patient as the real provider. */
export const sshShell: Shell = sshShellWith();

/** What ssh2 takes for "no further attempt"; its types do not know. */
const nothingLeft = false as unknown as AnyAuthMethod;

interface Credentials {
  readonly pinned: PinnedKey | undefined;
  readonly key: ParsedKey | undefined;
  readonly agent: string | undefined;
}

function shakeHands(
  socket: Duplex,
  endpoint: Endpoint,
  credentials: Credentials,
  gone: AbortSignal,
): Promise<SshConnection> {
  const client = new Client();
  const { pinned } = credentials;
  const auth = new Authentication(endpoint, credentials);
  const seen = { mismatch: false, offered: [] as string[] };
  const config: ConnectConfig = {
    sock: socket as NonNullable<ConnectConfig["sock"]>,
    username: endpoint.user,
    // The real provider bounds the TCP connect only.
    readyTimeout: 0,
    hostVerifier: (shown: Buffer) => {
      seen.mismatch = pinned !== undefined && !shown.equals(pinned.blob);
      return !seen.mismatch;
    },
    debug: (line) => {
      const formats = /\(remote\) Host key format: (.*)$/.exec(line)?.[1];
      if (formats !== undefined) seen.offered = formats.split(",");
    },
    authHandler: (left, _partial, next) => next(auth.next(left) ?? nothingLeft),
  };
  if (pinned) {
    config.algorithms = { serverHostKey: [pinned.type] as never };
  }
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      gone.removeEventListener("abort", abandon);
      client.destroy();
      socket.destroy();
      reject(new Error(`ssh: handshake failed: ${reason}`));
    };
    const abandon = () => fail("context canceled");
    gone.addEventListener("abort", abandon);
    client.on("error", (error) => {
      // An agent that cannot sign with one of its keys is not the end: the next key is tried.
      if (error.level === "agent") return;
      if (seen.mismatch) fail("ssh: host key mismatch");
      else if (error.level === "client-authentication") fail(auth.refusal());
      else if (error.message.includes("no matching host key format")) {
        fail(
          `ssh: no common algorithm for host key; we offered: ${goList([pinned?.type ?? ""])}, peer offered: ${goList(seen.offered)}`,
        );
      } else fail(socketReason(error));
    });
    client.on("close", () => fail("EOF"));
    client.once("ready", () => {
      gone.removeEventListener("abort", abandon);
      client.removeAllListeners("close");
      resolve(new SshConnection(client));
    });
    try {
      client.connect(config);
    } catch (error) {
      // ssh2 does not know the pinned key's algorithm.
      fail(error instanceof Error ? error.message : String(error));
    }
  });
}

function socketReason(error: Error & { code?: string }): string {
  if (error.code === "ECONNRESET") return "read: connection reset by peer";
  return /lost before handshake|ended by the other/i.test(error.message) ? "EOF" : error.message;
}

function goList(items: readonly string[]): string {
  return `[${items.map((item) => `"${item}"`).join(" ")}]`;
}

/**
 * The order of attempts of Go's client: `none` to learn the methods, then each method once. A
 * private key therefore keeps the agent's keys from being tried: both are `publickey`.
 */
class Authentication {
  private readonly tried: string[] = [];
  private readonly methods: AnyAuthMethod[] = [];
  private last: string | undefined;

  constructor({ user: username, password }: Endpoint, { key, agent }: Credentials) {
    if (key) this.methods.push({ type: "publickey", username, key });
    if (password !== undefined) {
      this.methods.push({ type: "password", username, password });
      this.methods.push({
        type: "keyboard-interactive",
        username,
        prompt: (_name, _instructions, _language, prompts, finish) =>
          finish(prompts.map(() => password)),
      });
    }
    if (agent !== undefined) this.methods.push({ type: "agent", username, agent });
    this.first = { type: "none", username };
  }

  private readonly first: AnyAuthMethod;

  next(allowed: readonly string[] | null): AnyAuthMethod | undefined {
    if (this.last !== undefined) this.tried.push(this.last);
    const method =
      this.last === undefined
        ? this.first
        : this.methods.find(
            ({ type }) => !this.tried.includes(nameOf(type)) && allowed?.includes(nameOf(type)),
          );
    if (method) this.last = nameOf(method.type);
    return method;
  }

  refusal(): string {
    return `ssh: unable to authenticate, attempted methods [${this.tried.join(" ")}], no supported methods remain`;
  }
}

/** The method's name in the protocol: an agent is one way to use `publickey`. */
function nameOf(type: string): string {
  return type === "agent" ? "publickey" : type;
}
