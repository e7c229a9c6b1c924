import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import type { AddressInfo } from "node:net";
import * as zlib from "node:zlib";

import { writeWhole } from "../ground/whole-file";

/**
 * Keeps the secrets of the rehearsal's state: the local stand-in for the part of Pulumi Cloud that
 * encrypts and decrypts.
 *
 * Why not a passphrase: the engine then writes an `encryptionsalt` into `Pulumi.<stack>.yaml` on
 * the first command, and with it a rehearsal would change a committed file. Of the engine's
 * secrets managers only this one (`service`) leaves the stack file alone, so its protocol is
 * spoken here. It also saves the second of key derivation that a passphrase costs every command.
 */
export interface Vault {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** What a vault needs to come back as the same vault: its key and, if still free, its port. */
interface Kept {
  readonly key: string;
  readonly port: number;
}

/** Serves on loopback; key and port are kept in `<directory>/vault.json`. */
export async function serveVault(directory: string): Promise<Vault> {
  const file = path.join(directory, "vault.json");
  const kept = readKept(file);
  const key = kept ? Buffer.from(kept.key, "base64") : crypto.randomBytes(32);
  const server = http.createServer((request, response) => {
    answer(key, request).then(
      (body) => send(response, body === undefined ? 404 : 200, body ?? {}),
      (error: unknown) => send(response, 400, { code: 400, message: String(error) }),
    );
  });
  const port = await listen(server, kept?.port ?? 0).catch(() => listen(server, 0));
  const card: Kept = { key: key.toString("base64"), port };
  writeWhole(file, JSON.stringify(card));
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function readKept(file: string): Kept | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as Kept;
  } catch {
    return undefined;
  }
}

function listen(server: http.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.removeListener("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Bytes are base64 in this protocol. */
interface Request {
  readonly plaintext?: string;
  readonly plaintexts?: readonly string[];
  readonly ciphertext?: string;
  readonly ciphertexts?: readonly string[];
}

async function answer(key: Buffer, request: http.IncomingMessage): Promise<unknown> {
  const body = await readBody(request);
  switch ((request.url ?? "").split("?")[0]?.split("/").at(-1)) {
    case "capabilities":
      return { capabilities: [{ capability: "batch-encrypt" }] };
    case "encrypt":
      return { ciphertext: encrypt(key, body.plaintext ?? "") };
    case "batch-encrypt":
      return { ciphertexts: (body.plaintexts ?? []).map((text) => encrypt(key, text)) };
    case "decrypt":
      return { plaintext: decrypt(key, body.ciphertext ?? "") };
    case "batch-decrypt":
      return {
        plaintexts: Object.fromEntries(
          (body.ciphertexts ?? []).map((text) => [text, decrypt(key, text)]),
        ),
      };
    default:
      return undefined;
  }
}

async function readBody(request: http.IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  if (raw.length === 0) return {};
  const zipped = request.headers["content-encoding"] === "gzip";
  return JSON.parse((zipped ? zlib.gunzipSync(raw) : raw).toString("utf8")) as Request;
}

function encrypt(key: Buffer, plaintext: string): string {
  const nonce = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv("aes-256-gcm", key, nonce);
  const sealed = [cipher.update(Buffer.from(plaintext, "base64")), cipher.final()];
  return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]).toString("base64");
}

function decrypt(key: Buffer, ciphertext: string): string {
  try {
    return opened(key, ciphertext);
  } catch (error) {
    if (isForeign(ciphertext)) return standIn(ciphertext);
    throw error;
  }
}

/**
 * Whether another of the engine's secrets managers encrypted it: of a passphrase or a KMS (`v1:…`), or Pulumi Cloud's
 * (four bytes of a version first). Stack files hold such values, committed for the real stack.
 */
function isForeign(ciphertext: string): boolean {
  return /^v\d+:/.test(ciphertext) || ciphertext.startsWith("AAAB");
}

/** What a rehearsal has in the place of a secret that only the real stack's key opens: the same each time. */
function standIn(ciphertext: string): string {
  const digest = crypto.createHash("sha256").update(ciphertext).digest("hex").slice(0, 16);
  return Buffer.from(`stand-in-${digest}`).toString("base64");
}

function opened(key: Buffer, ciphertext: string): string {
  const bytes = Buffer.from(ciphertext, "base64");
  const decipher = crypto.createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString(
    "base64",
  );
}

function send(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
