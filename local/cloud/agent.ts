import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { AgentProtocol, utils, type ParsedKey } from "ssh2";

import { deployersFile, keyDirectory } from "./stand-ins";

/** An ssh-agent that answers at a socket. */
export interface Agent {
  readonly socket: string;
  stop(): Promise<void>;
}

/** What a socket's path may measure: sockaddr_un holds 108 bytes on Linux, 104 on macOS. */
const longestPath = 100;

/**
 * The rehearsal's ssh-agent: holds the private keys of the deployers' stand-ins and nothing else, as
 * a deployer's own agent does. Served by the local cloud itself, so it never outlives it. Keys are
 * read when asked for: a deployer who was added since is there.
 */
export async function serveAgent(directory: string): Promise<Agent> {
  const socket = socketOf(directory);
  fs.mkdirSync(path.dirname(socket), { recursive: true, mode: 0o700 });
  fs.rmSync(socket, { force: true });
  const server = net.createServer((connection) => {
    connection.on("error", () => connection.destroy());
    const protocol = answering(directory);
    connection.pipe(protocol).pipe(connection);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
  fs.chmodSync(socket, 0o600);
  return {
    socket,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Inside the cloud's directory, unless its path is longer than a socket's may be. */
function socketOf(directory: string): string {
  const inside = path.join(directory, "agent.sock");
  if (Buffer.byteLength(inside) <= longestPath) return inside;
  const name = crypto.createHash("sha256").update(directory).digest("hex").slice(0, 12);
  return path.join(os.tmpdir(), `berth-agent-${name}`, "agent.sock");
}

function answering(directory: string): AgentProtocol {
  const protocol = new AgentProtocol(false);
  protocol.on("error", () => protocol.destroy());
  protocol.on("identities", (request) => protocol.getIdentitiesReply(request, keysOf(directory)));
  protocol.on("sign", (request, wanted, data) => {
    const key = keysOf(directory).find((candidate) => candidate.equals(wanted));
    const signature: Buffer | Error | undefined = key?.sign(data);
    if (Buffer.isBuffer(signature)) protocol.signReply(request, signature);
    else protocol.failureReply(request);
  });
  return protocol;
}

function keysOf(directory: string): ParsedKey[] {
  const keys = keyDirectory(directory);
  let names: string[];
  try {
    names = JSON.parse(fs.readFileSync(deployersFile(directory), "utf8")) as string[];
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const key = utils.parseKey(fs.readFileSync(path.join(keys, name)));
    return key instanceof Error ? [] : [Array.isArray(key) ? key[0]! : key];
  });
}
