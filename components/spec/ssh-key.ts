/** OpenSSH public keys, read without a library so that the parser stays pure. */

/** A public key, or what is wrong with the text. The text itself is never part of a fault. */
export type KeyReading =
  | { readonly kind: "key"; readonly type: string; readonly blob: string }
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

const privateKeyMessage = "is a private key";
const makeKey = 'make one with `ssh-keygen -t ed25519` and paste the line of the ".pub" file';

/** Reads one line in the form of `authorized_keys`, without options: type, key, comment. */
export function readPublicKey(line: string): KeyReading {
  if (/PRIVATE KEY|PuTTY-User-Key/.test(line)) {
    return fault(
      privateKeyMessage,
      "remove it from the file and its history, treat it as stolen and make a new pair; declare the public half alone",
    );
  }
  if (/[\r\n]/.test(line)) return fault("has more than one line", "declare one key a line");
  const [type, blob] = line.trim().split(/\s+/);
  if (type === undefined || type === "") return fault("is empty", makeKey);
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
  return readBlob(type, blob);
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

function readBlob(type: string, blob: string): KeyReading {
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
  if (type.includes("ed25519") && first?.length !== 32) return damaged;
  if (type.includes("ecdsa") && (second === undefined || second[0] !== 4)) return damaged;
  if (type === "ssh-rsa") {
    const bits = second === undefined ? 0 : bitLength(second);
    if (bits < rsaBits) {
      return fault(`is an RSA key of ${bits} bits; at least ${rsaBits} are needed`, makeKey);
    }
  }
  return { kind: "key", type, blob: padded(blob) };
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
