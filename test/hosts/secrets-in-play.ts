/** Private keys and tokens of a rehearsed stack, and where they must not be found. */

import * as fs from "node:fs";
import * as path from "node:path";

import { localAccounts } from "../../packages/local-cloud/cloud/environment";
import type { ScratchCloud } from "../../rehearsal/scratch";
import { keyDirectory } from "../../rehearsal/stand-ins";

/** What identifies a secret wherever it is printed, by whose it is. */
export type Needles = Readonly<Record<string, readonly string[]>>;

const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----([^]*?)-----END/g;

/** Shorter lines of a key are its padding. */
const telling = 20;

/**
 * Every private key and token of a deployed stack: those in its state, the people's that the
 * rehearsal made, and the accounts' own.
 */
export async function secretsOf(cloud: ScratchCloud, stack: string): Promise<Needles> {
  const found: Record<string, readonly string[]> = {};
  const { resources } = await cloud.state(stack, "--show-secrets");
  // A key ends with its public half, in the same letters as the public key's own text; user data
  // holds a key whose public half another resource tells.
  const open = resources
    .flatMap(({ outputs }) => strings([outputs?.["publicKeyPem"], outputs?.["publicKeyOpenssh"]]))
    .join("\n");
  for (const { urn, type, inputs, outputs } of resources) {
    const words = keyLines(strings({ inputs, outputs })).filter((line) => !open.includes(line));
    if (type === "aws:iam/accessKey:AccessKey") words.push(...accessKeySecrets(outputs));
    if (words.length > 0) found[urn] = words;
  }
  const keys = keyDirectory(cloud.paths.directory);
  for (const name of fs.readdirSync(keys)) {
    const words = keyLines([fs.readFileSync(path.join(keys, name), "utf8")]);
    if (words.length > 0) found[`keys/${name}`] = words;
  }
  for (const [name, value] of Object.entries(localAccounts)) {
    if (/TOKEN|SECRET/.test(name)) found[name] = [value];
  }
  return found;
}

/** Which secrets stand in which texts, as `whose: where`; empty when none does. */
export function leaks(secrets: Needles, texts: Readonly<Record<string, string>>): string[] {
  return Object.entries(texts).flatMap(([where, text]) =>
    Object.entries(secrets)
      .filter(([, words]) => words.some((word) => text.includes(word)))
      .map(([whose]) => `${whose}: ${where}`),
  );
}

/** Every file below a directory, by path. */
export function filesOf(directory: string): Record<string, string> {
  const entries = fs.readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      return [path.relative(directory, file), fs.readFileSync(file, "utf8")];
    }),
  );
}

/** The lines of every private key in some texts, and how a key begins that is encoded once more. */
function keyLines(texts: readonly string[]): string[] {
  const lines = texts.flatMap((text) =>
    [...text.matchAll(privateKey)].flatMap(([, body]) => [
      // In user data a key is a string of JSON, with its line breaks spelt out.
      ...body!.split(/\s+|\\+n/).filter((line) => line.length > telling),
      Buffer.from(body!.trim()).toString("base64"),
    ]),
  );
  return [...new Set(lines)];
}

function accessKeySecrets(outputs: Record<string, unknown>): string[] {
  return ["secret", "sesSmtpPasswordV4"].flatMap((name) => strings(outputs[name]));
}

/** Every string in a part of an exported state, whose secrets are JSON in an object. */
function strings(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  const { plaintext } = value as { readonly plaintext?: unknown };
  if (typeof plaintext === "string") return strings(JSON.parse(plaintext));
  return Object.values(value).flatMap(strings);
}
