import { webcrypto, type KeyObject } from "node:crypto";
import { isIP } from "node:net";

import { ProviderError } from "../../emulator/handler";
import { isObject, type Props } from "../../emulator/values";

/** Members of a distinguished name by input, in the order in which Go writes them. */
const nameParts: readonly (readonly [string, string])[] = [
  ["country", "2.5.4.6"],
  ["organization", "2.5.4.10"],
  ["organizationalUnit", "2.5.4.11"],
  ["locality", "2.5.4.7"],
  ["province", "2.5.4.8"],
  ["streetAddresses", "2.5.4.9"],
  ["postalCode", "2.5.4.17"],
  ["commonName", "2.5.4.3"],
  ["serialNumber", "2.5.4.5"],
  ["emailAddress", "1.2.840.113549.1.9.1"],
];

/** The distinguished name of a `subject` input. */
export function nameOf(subject: unknown): Record<string, string[]>[] {
  if (!isObject(subject)) return [];
  return nameParts.flatMap(([key, oid]) => {
    const value = subject[key];
    const values = Array.isArray(value) ? value.map(String) : value ? [String(value)] : [];
    return values.map((text) => ({ [oid]: [text] }));
  });
}

/**
 * Alternative names of a request or certificate. Throws for what is no IP address, no URI, or a name
 * that is not written in ASCII (Punycode).
 */
export function alternativeNames(
  inputs: Props,
  doing: string,
): { type: "dns" | "ip" | "url"; value: string }[] {
  const list = (key: string) => (Array.isArray(inputs[key]) ? inputs[key].map(String) : []);
  const addresses = list("ipAddresses");
  const wrong = addresses.find((address) => isIP(address) === 0);
  if (wrong !== undefined) {
    throw new ProviderError(`Invalid IP address: Failed to parse ${JSON.stringify(wrong)}`);
  }
  const bare = list("uris").find((uri) => uri.startsWith(":"));
  if (bare !== undefined) {
    const text = JSON.stringify(bare);
    throw new ProviderError(
      `Invalid URI: Failed to parse ${text}: parse ${text}: missing protocol scheme`,
    );
  }
  // eslint-disable-next-line no-control-regex -- IA5String holds all of ASCII
  const foreign = list("dnsNames").find((name) => /[^\x00-\x7f]/.test(name));
  if (foreign !== undefined) {
    throw new ProviderError(`${doing}: x509: "${foreign}" cannot be encoded as an IA5String`);
  }
  return [
    ...list("dnsNames").map((value) => ({ type: "dns" as const, value })),
    ...addresses.map((value) => ({ type: "ip" as const, value })),
    ...list("uris").map((value) => ({ type: "url" as const, value })),
  ];
}

/** A key pair for signing. Refuses curve P-224, which the Web Crypto API does not have. */
export async function signingKeys(
  key: KeyObject,
): Promise<{ keys: webcrypto.CryptoKeyPair; algorithm: SigningAlgorithm }> {
  const algorithm = signingAlgorithm(key);
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const privateKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]);
  const {
    d: _d,
    p: _p,
    q: _q,
    dp: _dp,
    dq: _dq,
    qi: _qi,
    key_ops: _ops,
    ...open
  } = await webcrypto.subtle.exportKey("jwk", privateKey);
  const publicKey = await webcrypto.subtle.importKey("jwk", open, algorithm, true, ["verify"]);
  return { keys: { privateKey, publicKey }, algorithm };
}

/** How a certificate is signed, in the words of the Web Crypto API. */
export interface SigningAlgorithm {
  readonly name: string;
  readonly hash: string;
  readonly namedCurve: string;
}

function signingAlgorithm(key: KeyObject): SigningAlgorithm {
  if (key.asymmetricKeyDetails?.namedCurve === "secp224r1") {
    throw new ProviderError("the local cloud signs nothing with a key on curve P224");
  }
  const { crv = "", kty } = key.export({ format: "jwk" });
  if (kty === "RSA") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", namedCurve: "" };
  if (kty === "OKP") return { name: "Ed25519", hash: "", namedCurve: "" };
  const hash = crv === "P-256" ? "SHA-256" : crv === "P-384" ? "SHA-384" : "SHA-512";
  return { name: "ECDSA", hash, namedCurve: crv };
}

/** PEM as Go writes it, with a newline at the end. */
export function withNewline(pem: string): string {
  return `${pem.trim()}\n`;
}
