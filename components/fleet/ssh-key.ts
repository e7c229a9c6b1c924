/** OpenSSH public keys, read without a library so that the parser stays pure. */

/** A public key, or what is wrong with the text. The text itself is never part of a fault. */
export type KeyReading =
  | {
      readonly kind: "key";
      readonly type: string;
      readonly blob: string;
      /** Type, key and comment as sshd reads them: what is written on machines. */
      readonly line: string;
    }
  | { readonly kind: "fault"; readonly message: string; readonly fix: string };

/** Key types that members and deployers may have. */
export const keyTypes = [
  "ssh-ed25519",
  "sk-ssh-ed25519@openssh.com",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ecdsa-sha2-nistp256@openssh.com",
  "ssh-rsa",
] as const;

/** Shortest RSA modulus taken, in bits: NIST's 128-bit strength. */
export const rsaBits = 3072;

/** What an sshd of some years ago reads of a line of authorized_keys; newer ones read more. */
const lineBytes = 8192;

const privateKeyMessage = "is a private key";
const makeKey = 'make one with `ssh-keygen -t ed25519` and paste the line of the ".pub" file';

/**
 * Reads one line in the form of `authorized_keys`, without options: type, key, comment. Editors and
 * mail programs put no-break spaces, byte order marks and characters of no width into it, which sshd
 * takes for a part of the word beside them: spaces of every kind are read as such, and what has no
 * width is left out.
 */
export function readPublicKey(text: string): KeyReading {
  if (/PRIVATE KEY|PuTTY-User-Key/.test(text)) {
    return fault(
      privateKeyMessage,
      "remove it from the file and its history, treat it as stolen and make a new pair; declare the public half alone",
    );
  }
  if (text.split(/[\r\n\u2028\u2029]+/).filter((line) => words(line).length > 0).length > 1) {
    return fault("has more than one line", "declare one key a line");
  }
  const [type, blob, ...comment] = words(text);
  if (type === undefined) return fault("is empty", makeKey);
  if (!keyTypes.some((known) => known === type)) {
    return fault(
      type === "ssh-dss"
        ? "is a DSA key, which SSH servers refuse"
        : "is not an OpenSSH public key",
      `${makeKey}; options before the type are not taken`,
    );
  }
  if (blob === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(blob)) {
    return fault("has no readable key after its type", "paste the whole line of the .pub file");
  }
  const line = [type, padded(blob), ...comment].join(" ");
  if (Buffer.byteLength(line) > lineBytes) {
    return fault(
      `is longer than the ${lineBytes} bytes of a line that every sshd reads`,
      "shorten its comment",
    );
  }
  return readBlob(type, blob, line);
}

/** The line of a key that was checked before, as it is written on machines. Throws on any other. */
export function keyLine(text: string): string {
  const reading = readPublicKey(text);
  if (reading.kind === "key") return reading.line;
  throw new Error(`A check of the configuration let a key pass that ${reading.message}.`);
}

/** Words between spaces of every kind, without characters that are not seen. */
function words(text: string): string[] {
  return text
    .split(/\s+/)
    .map((word) => word.replace(/[\p{Cc}\p{Cf}]/gu, ""))
    .filter((word) => word !== "");
}

/**
 * Reads a machine's host key. RSA is refused besides: a client that pins an RSA key offers the
 * SHA-1 signature `ssh-rsa` alone, which a modern sshd does not answer.
 */
export function readHostKey(line: string): KeyReading {
  const reading = readPublicKey(line);
  const fix =
    "declare the machine's Ed25519 key: the line of `ssh-keyscan -t ed25519 <address>` from the type on, compared with what its owner says";
  if (reading.kind === "fault") {
    return reading.message === privateKeyMessage ? reading : fault(reading.message, fix);
  }
  if (reading.type !== "ssh-rsa" && !reading.type.startsWith("sk-")) return reading;
  return fault(`is of type ${reading.type}, to which connections cannot be pinned`, fix);
}

function readBlob(type: string, blob: string, line: string): KeyReading {
  const bytes = Buffer.from(blob, "base64");
  const fields = readFields(bytes);
  const damaged = fault("is damaged or cut off", "paste the whole line of the .pub file again");
  if (fields === undefined || bytes.toString("base64") !== padded(blob)) return damaged;
  const [inner, first, second] = fields;
  if (inner?.toString("latin1") !== type) {
    return fault(
      "says one type and contains another",
      "paste the whole line of the .pub file again",
    );
  }
  if (fields.length !== fieldsOf(type)) return damaged;
  if (type.includes("ed25519") && first?.length !== 32) return damaged;
  if (type.includes("ecdsa") && !isPoint(type, first, second)) return damaged;
  if (type === "ssh-rsa") {
    if (isNegative(first) || isNegative(second)) return damaged;
    const bits = second === undefined ? 0 : bitLength(second);
    if (bits < rsaBits) {
      return fault(`is an RSA key of ${bits} bits; at least ${rsaBits} are needed`, makeKey);
    }
  }
  return { kind: "key", type, blob: padded(blob), line };
}

/** Splits length-prefixed fields (RFC 4251, section 5); undefined when the lengths do not add up. */
function readFields(bytes: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (offset + 4 > bytes.length) return undefined;
    const end = offset + 4 + bytes.readUInt32BE(offset);
    if (end > bytes.length) return undefined;
    fields.push(bytes.subarray(offset + 4, end));
    offset = end;
  }
  return fields;
}

/** Fields of a key by its type; sshd refuses one with more. Security keys name an application too. */
function fieldsOf(type: string): number {
  return (type.includes("ed25519") ? 2 : 3) + (type.startsWith("sk-") ? 1 : 0);
}

/** An uncompressed point on the curve that the type names. */
function isPoint(type: string, curve: Buffer | undefined, point: Buffer | undefined): boolean {
  const name = /nistp(?:256|384|521)/.exec(type)?.[0];
  const bytes = 1 + 2 * Math.ceil(Number(name?.slice("nistp".length)) / 8);
  return curve?.toString("latin1") === name && point?.[0] === 4 && point.length === bytes;
}

function isNegative(integer: Buffer | undefined): boolean {
  return integer === undefined || integer.length === 0 || integer[0]! >= 0x80;
}

function bitLength(integer: Buffer): number {
  const start = integer.findIndex((byte) => byte !== 0);
  if (start < 0) return 0;
  const lead = integer[start] ?? 0;
  return (integer.length - start - 1) * 8 + (32 - Math.clz32(lead));
}

function padded(blob: string): string {
  const bare = blob.replace(/=+$/, "");
  return bare + "=".repeat((4 - (bare.length % 4)) % 4);
}

function fault(message: string, fix: string): KeyReading {
  return { kind: "fault", message, fix };
}

/** Type and key of a public key line: what makes two lines the same key. */
export function identityOf(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(" ");
}
