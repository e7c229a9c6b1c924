import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";
import * as fs from "node:fs";
import { z } from "zod";

import { Refusal } from "../ground/usage";
import { evidenceKey } from "./keys";
import { canonical } from "./manifest";

const count = z.number().min(0);

const record = z.object({
  format: z.literal(1),
  project: z.string(),
  environment: z.string(),
  begun: z.string(),
  finished: z.string(),
  /** "could not run" is never counted as proven. */
  verdict: z.enum(["proven", "failed", "could not run"]),
  /** Why it is not proven. */
  reasons: z.array(z.string()),
  differences: z.array(z.string()),
  archive: z.object({ key: z.string(), bytes: count, sha256: z.string() }).nullable(),
  /** What the archive was restored into. */
  images: z.array(
    z.object({ service: z.string(), image: z.string(), imageId: z.string(), server: z.string() }),
  ),
  /** What was there after the load; rows by `service/database/schema.table`. */
  held: z.object({
    bytes: count,
    rows: count,
    files: count,
    tables: z.record(z.string(), count),
  }),
  /** From the first byte asked for to everything loaded, and what is declared; null: not measured, not declared. */
  recovery: z.object({ seconds: count.nullable(), targetMinutes: count.nullable() }),
  /** Where the drill ran, as it was told. */
  ran: z.object({ in: z.string().nullable(), by: z.string() }),
  /** The records before it that no other names: their keys and SHA-256. */
  before: z.array(z.object({ key: z.string(), sha256: z.string() })),
  /** Who signed: `ed25519:…`. */
  signer: z.string(),
});

const signed = record.extend({ signature: z.string() });

/** What a drill found, before it is signed. */
export type Found = Omit<z.output<typeof record>, "before" | "signer">;
/** A record as it lies in the bucket. */
export type EvidenceRecord = z.output<typeof signed>;

/** A drill's key: an Ed25519 private key in a PEM file (PKCS #8), which stays with who drills. */
export interface DrillKey {
  readonly private: KeyObject;
  /** As a stack file declares it: `ed25519:` and the 32 bytes of the public key in base64. */
  readonly public: string;
}

/** What an Ed25519 key in DER begins with, before its 32 bytes. */
const derHead = Buffer.from("302a300506032b6570032100", "hex");

/** Reads a drill's key. Throws a `Refusal` naming the file, never a word of what is in it. */
export function readDrillKey(file: string): DrillKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(fs.readFileSync(file, "utf8"));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "is not there" : "is no key";
    throw new Refusal(`${file}: ${why}; make one: openssl genpkey -algorithm ed25519 -out FILE`);
  }
  if (key.asymmetricKeyType !== "ed25519") {
    throw new Refusal(`${file}: is a key of another kind; ed25519 is needed`);
  }
  const der = createPublicKey(key).export({ type: "spki", format: "der" });
  return { private: key, public: `ed25519:${der.subarray(derHead.length).toString("base64")}` };
}

/** A record's text as it goes into the bucket. */
export function sealed(found: Found, before: EvidenceRecord["before"], key: DrillKey): string {
  const unsigned = { ...found, before, signer: key.public };
  const signature = sign(null, Buffer.from(canonical(unsigned)), key.private).toString("base64");
  return `${canonical({ ...unsigned, signature })}\n`;
}

/** A record of the bucket: what it says, or why it is not believed. */
export interface Read {
  readonly key: string;
  readonly sha256: string;
  readonly record?: EvidenceRecord;
  readonly why?: string;
}

/** Reads one record. It is believed where one of the declared keys signed it, byte for byte. */
export function readRecord(key: string, text: string, declared: readonly string[]): Read {
  const sha256 = createHash("sha256").update(text).digest("hex");
  const not = (why: string): Read => ({ key, sha256, why });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return not("is no JSON");
  }
  const read = signed.safeParse(raw);
  if (!read.success) return not(`${read.error.issues[0]?.path.join(".")}: is no record of a drill`);
  const { signature, ...unsigned } = raw as Record<string, unknown>;
  if (`${canonical(raw)}\n` !== text)
    return not("was changed: it is not spelled as it was written");
  const { signer } = read.data;
  if (!declared.includes(signer))
    return not(`is signed by ${signer}, which no stack file declares`);
  const der = Buffer.concat([derHead, Buffer.from(signer.slice("ed25519:".length), "base64")]);
  const bytes = Buffer.from(read.data.signature, "base64");
  // Its last letter says more than there are bytes, so others would be read as the same ones.
  const isSpelledOnce = bytes.toString("base64") === signature;
  const isSigned =
    isSpelledOnce &&
    verify(
      null,
      Buffer.from(canonical(unsigned)),
      createPublicKey({ key: der, type: "spki", format: "der" }),
      bytes,
    );
  return isSigned
    ? { key, sha256, record: read.data }
    : not("was changed: its signature does not fit");
}

/**
 * A record that lies where it was written. A true one that somebody copied here, of another time or from another
 * prefix, is not believed: it would stand before what was found since, or for what nobody looked at.
 */
export function inPlace(read: Read, prefix: string): Read {
  const { key, sha256, record: found } = read;
  if (found === undefined) return read;
  const { begun, archive } = found;
  const isOwn = archive === null || archive.key.startsWith(prefix);
  if (isOwn && key === evidenceKey(prefix, new Date(begun))) return read;
  const what = isOwn ? "" : `, of ${archive.key}`;
  return { key, sha256, why: `was copied here: it is of a drill at ${begun}${what}` };
}

/** What is wrong with the records of a project together; oldest first. */
export function brokenChain(records: readonly Read[]): string[] {
  const problems = records.flatMap(({ key, why }) => (why === undefined ? [] : [`${key}: ${why}`]));
  const known = new Map(records.map(({ key, sha256 }) => [key, sha256]));
  const [first, ...later] = records.filter(({ record }) => record !== undefined);
  for (const { key, record } of first === undefined ? [] : [first, ...later]) {
    if (key !== first?.key && record!.before.length === 0) {
      problems.push(`${key}: names no record before it, though there are`);
    }
    for (const before of record!.before) {
      const found = known.get(before.key);
      if (found === undefined) problems.push(`${before.key}: is gone; ${key} came after it`);
      else if (found !== before.sha256)
        problems.push(`${before.key}: was changed after ${key} was written`);
      if (before.key >= key) problems.push(`${key}: names ${before.key}, which is not before it`);
    }
  }
  return problems;
}

/** The records that no other names: what the next one comes after. */
export function tips(records: readonly Read[]): EvidenceRecord["before"] {
  const named = new Set(
    records.flatMap(({ record }) => record?.before.map(({ key }) => key) ?? []),
  );
  return records.filter(({ key }) => !named.has(key)).map(({ key, sha256 }) => ({ key, sha256 }));
}
