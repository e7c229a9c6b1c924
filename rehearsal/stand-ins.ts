import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { utils } from "ssh2";

import type { StandIns } from "../components/rehearsal-keys";
import { readPublicKey } from "../components/fleet/ssh-key";
import { keepAgentKeys } from "../packages/local-cloud/cloud/agent";
import { cloudPathsIn } from "../packages/local-cloud/cloud/paths";
import { sshForms } from "../packages/local-cloud/providers/tls/openssh";
import { cloudName } from "./paths";
import { declaredKeys } from "./declared-keys";
import { writeOnce, writeWhole } from "../packages/local-cloud/ground/whole-file";

/** A key pair of the rehearsal. */
export interface KeyPair {
  /** Where the private half lies, for `ssh -i`. */
  readonly file: string;
  readonly private: string;
  /** Type and key. */
  readonly public: string;
}

/** The rehearsal's key pairs, for what a project's stack files declare now. */
export interface Keyring {
  /** By member name, in the order of the member's declared keys. */
  readonly members: Readonly<Record<string, readonly KeyPair[]>>;
  readonly deployers: readonly KeyPair[];
  /** The pair that stands in for a declared key; undefined for what is no public key. */
  pairOf(declared: string): KeyPair | undefined;
}

/** Where the private halves lie, in a directory that only its owner enters. */
export function keyDirectory(directory: string): string {
  return path.join(directory, "keys");
}

/** Which key stands in for which; the program is told of it by `BERTH_REHEARSAL_KEYS`. */
export function standInsFile(directory: string): string {
  return path.join(keyDirectory(directory), "stand-ins.json");
}

/**
 * Makes a key pair for every public key that a project's stack files declare and that has none yet.
 * A pair stays that key's for as long as the cloud lives, so a key that is exchanged in a stack file
 * is exchanged in the rehearsal too. What does not parse is left to the program, which says so.
 */
export function ensureStandIns(directory: string, project: string): Keyring {
  fs.mkdirSync(keyDirectory(directory), { recursive: true, mode: 0o700 });
  const pairs = new Map<string, KeyPair>();
  const pairOf = (declared: string, name = "key"): KeyPair | undefined => {
    const reading = readPublicKey(declared);
    if (reading.kind !== "key") return undefined;
    const key = `${reading.type} ${reading.blob}`;
    let pair = pairs.get(key);
    if (!pair) pairs.set(key, (pair = ensurePair(keyDirectory(directory), key, name)));
    return pair;
  };
  const declared = declaredKeys(project);
  const all = (name: string, lines: readonly string[]) =>
    lines.flatMap((line) => pairOf(line, name) ?? []);
  const members = Object.fromEntries(
    Object.entries(declared.members).map(([name, lines]) => [name, all(name, lines)]),
  );
  const deployers = Object.entries(declared.deployers).flatMap(([name, line]) => all(name, [line]));
  for (const [name, lines] of Object.entries(declared.hosts)) all(name, lines);
  const standIns: StandIns = Object.fromEntries(
    [...pairs].map(([key, pair]) => [key, pair.public]),
  );
  writeWhole(standInsFile(directory), json(standIns));
  // The agent is a deployer's own.
  keepAgentKeys(
    cloudPathsIn(directory, cloudName),
    deployers.map(({ file }) => file),
  );
  return { members, deployers, pairOf };
}

function ensurePair(keys: string, declared: string, name: string): KeyPair {
  const digest = crypto.createHash("sha256").update(declared).digest("hex").slice(0, 8);
  // Whoever declares a key now, its pair is the one that was made when it was first seen.
  const made = fs.readdirSync(keys).find((entry) => entry.endsWith(`-${digest}`));
  const file = path.join(keys, made ?? `${name.replace(/[^A-Za-z0-9_-]/g, "_")}-${digest}`);
  if (!fs.existsSync(file)) writeOnce(file, newPrivateKey());
  const text = fs.readFileSync(file, "utf8");
  const parsed = utils.parseKey(text);
  if (parsed instanceof Error) throw new Error(`${file}: ${parsed.message}; remove the file`);
  const key = Array.isArray(parsed) ? parsed[0]! : parsed;
  return { file, private: text, public: `${key.type} ${key.getPublicSSH().toString("base64")}` };
}

/** Not ssh2's own generator: one in some two hundred of its keys cannot be read. */
function newPrivateKey(): string {
  return sshForms(crypto.generateKeyPairSync("ed25519").privateKey).privateKey;
}

function json(content: unknown): string {
  return `${JSON.stringify(content, undefined, 2)}\n`;
}
