import * as net from "node:net";
import { utils, type ParsedKey } from "ssh2";

import type { Endpoint } from "./connection";
import { connectReason } from "./tcp";

/** The one key that a server may show. */
export interface PinnedKey {
  /** `ssh-ed25519`: also the only algorithm that is offered. */
  readonly type: string;
  readonly blob: Buffer;
}

/** Reads an authorized_keys line; comments and options are allowed as sshd allows them. */
export function pinnedKey(line: string): PinnedKey {
  for (const text of line.split("\n")) {
    const words = text.trim().split(/\s+/);
    if (words[0]?.startsWith("#")) continue;
    // Options, where there are any, stand before the type.
    for (let index = 0; index < words.length - 1; index += 1) {
      const type = words[index]!;
      const blob = Buffer.from(words[index + 1]!, "base64");
      if (typeInside(blob) === type) return { type, blob };
    }
  }
  throw new Error("failed to parse host key: ssh: no key found");
}

/** The algorithm's name that every public key blob begins with (RFC 4253, 6.6). */
function typeInside(blob: Buffer): string | undefined {
  if (blob.length < 4) return undefined;
  const length = blob.readUInt32BE(0);
  return blob.length > 4 + length ? blob.subarray(4, 4 + length).toString("latin1") : undefined;
}

/** The endpoint's private key; undefined when it has none. Errors never show the key. */
export function privateKey(endpoint: Endpoint): ParsedKey | undefined {
  if (endpoint.privateKey === undefined) return undefined;
  const parsed: ParsedKey | ParsedKey[] | Error = utils.parseKey(
    endpoint.privateKey,
    endpoint.privateKeyPassword,
  );
  if (parsed instanceof Error) {
    if (/no passphrase given/i.test(parsed.message)) {
      throw new Error("ssh: this private key is passphrase protected");
    }
    if (/integrity check|bad passphrase|bad decrypt/i.test(parsed.message)) {
      throw new Error("x509: decryption password incorrect");
    }
    throw new Error("ssh: no key found");
  }
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!key?.isPrivateKey()) throw new Error("ssh: no key found");
  return key;
}

/** Resolves when an agent listens there; the real provider does not go on without it. */
export function reachAgent(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path);
    socket.once("connect", () => {
      socket.end();
      resolve();
    });
    socket.once("error", (error) =>
      reject(new Error(`dial unix ${path}: ${connectReason(error)}`)),
    );
  });
}
