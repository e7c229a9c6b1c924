import { createHash, createPublicKey, randomBytes, type KeyObject } from "node:crypto";

/** Names of curves: as the provider's input, OpenSSL and OpenSSH have them. P-224 is none of SSH. */
const sshCurves: Readonly<Record<string, string>> = {
  "P-256": "nistp256",
  "P-384": "nistp384",
  "P-521": "nistp521",
};

/** Forms of a key that only SSH has; all empty for a key that SSH does not know (curve P-224). */
export interface SshForms {
  /** `ssh-ed25519 AAAA…` with a newline and no comment. */
  readonly publicKey: string;
  /** PEM `OPENSSH PRIVATE KEY`, not encrypted. */
  readonly privateKey: string;
  readonly md5: string;
  readonly sha256: string;
}

/** Writes a private key the way OpenSSH does (PROTOCOL.key of OpenSSH, RFC 4253, RFC 5656). */
export function sshForms(key: KeyObject): SshForms {
  const parts = sshParts(key);
  if (!parts) return { publicKey: "", privateKey: "", md5: "", sha256: "" };
  const { type, open, secret } = parts;
  const blob = Buffer.concat([text(type), ...open]);
  const digest = (name: string) => createHash(name).update(blob);
  return {
    publicKey: `${type} ${blob.toString("base64")}\n`,
    privateKey: pem(blob, [text(type), ...secret]),
    md5: digest("md5")
      .digest("hex")
      .replace(/..(?!$)/g, "$&:"),
    sha256: `SHA256:${digest("sha256").digest("base64").replace(/=+$/, "")}`,
  };
}

/** Members of the public blob after the type, and of the private one. */
function sshParts(key: KeyObject): { type: string; open: Buffer[]; secret: Buffer[] } | undefined {
  // OpenSSH does not have the curve, nor does a JWK.
  if (key.asymmetricKeyDetails?.namedCurve === "secp224r1") return undefined;
  const jwk = key.export({ format: "jwk" }) as Record<string, string>;
  const bytes = (name: string) => Buffer.from(jwk[name] ?? "", "base64url");
  const number = (name: string) => integer(bytes(name));
  if (jwk["kty"] === "RSA") {
    return {
      type: "ssh-rsa",
      open: [number("e"), number("n")],
      secret: ["n", "e", "d", "qi", "p", "q"].map(number),
    };
  }
  if (jwk["kty"] === "OKP") {
    const point = field(bytes("x"));
    const pair = field(Buffer.concat([bytes("d"), bytes("x")]));
    return { type: "ssh-ed25519", open: [point], secret: [point, pair] };
  }
  const curve = sshCurves[jwk["crv"] ?? ""];
  if (!curve) return undefined;
  const point = field(Buffer.concat([Buffer.from([4]), bytes("x"), bytes("y")]));
  const open = [text(curve), point];
  return { type: `ecdsa-sha2-${curve}`, open, secret: [...open, number("d")] };
}

function pem(blob: Buffer, secret: readonly Buffer[]): string {
  const check = randomBytes(4);
  const body = Buffer.concat([check, check, ...secret, text("")]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (body.length % 8)) % 8));
  const head = [Buffer.from("openssh-key-v1\0"), text("none"), text("none"), text("")];
  const keys = [uint32(1), field(blob), field(Buffer.concat([body, padding]))];
  const encoded = Buffer.concat([...head, ...keys]).toString("base64");
  const lines = encoded.match(/.{1,64}/g)!.join("\n");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

function field(content: Buffer): Buffer {
  return Buffer.concat([uint32(content.length), content]);
}

function text(content: string): Buffer {
  return field(Buffer.from(content));
}

/** A positive number: no leading zeros, one zero byte where the first bit would say negative. */
function integer(content: Buffer): Buffer {
  const first = content.findIndex((byte) => byte !== 0);
  const digits = content.subarray(Math.max(first, 0));
  return field((digits[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

/** PEM of the public half, `PUBLIC KEY`. */
export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
}
