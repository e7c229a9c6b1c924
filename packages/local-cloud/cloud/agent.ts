import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { utils, type ParsedKey } from "ssh2";

import type { CloudPaths } from "./paths";
import { writeWhole } from "../ground/whole-file";

/** An ssh-agent that answers at a socket. */
export interface Agent {
  readonly socket: string;
  stop(): Promise<void>;
}

/** What a socket's path may measure: sockaddr_un holds 108 bytes on Linux, 104 on macOS. */
const longestPath = 100;

/** Says which private keys, by their files, the cloud's agent holds from now on. */
export function keepAgentKeys(paths: CloudPaths, files: readonly string[]): void {
  writeWhole(paths.agentKeys, JSON.stringify(files));
}

/**
 * The local cloud's ssh-agent: holds the private keys that `keepAgentKeys` was told of and nothing
 * else, so that no command reaches a person's own. Served by the local cloud itself, so it never
 * outlives it. Keys are read when asked for: one that was added since is there.
 */
export async function serveAgent(paths: CloudPaths): Promise<Agent> {
  const socket = socketOf(paths.directory);
  fs.mkdirSync(path.dirname(socket), { recursive: true, mode: 0o700 });
  fs.rmSync(socket, { force: true });
  const open = new Set<net.Socket>();
  const server = net.createServer((connection) => {
    open.add(connection);
    connection.on("close", () => open.delete(connection));
    serveClient(connection, paths.agentKeys);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
  fs.chmodSync(socket, 0o600);
  return {
    socket,
    stop: () =>
      new Promise((resolve) => {
        for (const connection of open) connection.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Inside the cloud's directory, unless its path is longer than a socket's may be. */
function socketOf(directory: string): string {
  const inside = path.join(directory, "agent.sock");
  if (Buffer.byteLength(inside) <= longestPath) return inside;
  const name = crypto.createHash("sha256").update(directory).digest("hex").slice(0, 12);
  return path.join(os.tmpdir(), `local-cloud-agent-${name}`, "agent.sock");
}

/** Numbers of the agent protocol (RFC draft-ietf-sshm-ssh-agent, 6.1). */
const message = { failure: 5, listKeys: 11, keys: 12, sign: 13, signature: 14 } as const;

/** Longer than any request that an SSH client makes. */
const longestRequest = 256 * 1024;

/**
 * Answers a client's requests in their order. Spoken here because ssh2's own server side loses its
 * place at the extension that OpenSSH begins with; a request that is not known gets a refusal.
 */
function serveClient(connection: net.Socket, keyList: string): void {
  let received = Buffer.alloc(0);
  connection.on("error", () => connection.destroy());
  connection.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4) {
      const length = received.readUInt32BE(0);
      if (length > longestRequest) return connection.destroy();
      if (received.length < 4 + length) return;
      connection.write(field(answer(received.subarray(4, 4 + length), keysOf(keyList))));
      received = received.subarray(4 + length);
    }
  });
}

function answer(request: Buffer, keys: readonly ParsedKey[]): Buffer {
  switch (request[0]) {
    case message.listKeys: {
      const count = Buffer.alloc(4);
      count.writeUInt32BE(keys.length);
      const listed = keys.flatMap((key) => [field(key.getPublicSSH()), field(key.comment)]);
      return Buffer.concat([Buffer.from([message.keys]), count, ...listed]);
    }
    case message.sign: {
      const [blob, data] = fields(request.subarray(1));
      const key = keys.find((candidate) => blob && candidate.getPublicSSH().equals(blob));
      const signed: Buffer | Error | undefined = data && key?.sign(data);
      if (!key || !Buffer.isBuffer(signed)) break;
      const signature = Buffer.concat([field(key.type), field(signed)]);
      return Buffer.concat([Buffer.from([message.signature]), field(signature)]);
    }
    default:
  }
  return Buffer.from([message.failure]);
}

/** Bytes behind their length, as the protocol has them everywhere. */
function field(content: Buffer | string): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The first two fields of a message. */
function fields(rest: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; found.length < 2 && at + 4 <= rest.length;) {
    const length = rest.readUInt32BE(at);
    found.push(rest.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

function keysOf(list: string): ParsedKey[] {
  let files: string[];
  try {
    files = JSON.parse(fs.readFileSync(list, "utf8")) as string[];
  } catch {
    return [];
  }
  return files.flatMap((file) => {
    const key = utils.parseKey(fs.readFileSync(file));
    return key instanceof Error ? [] : [Array.isArray(key) ? key[0]! : key];
  });
}
