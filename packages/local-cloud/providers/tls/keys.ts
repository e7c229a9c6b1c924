import { createPrivateKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

import { ProviderError } from "../../emulator/handler";

export const algorithms = ["RSA", "ECDSA", "ED25519"] as const;
export const curves = ["P224", "P256", "P384", "P521"] as const;

const opensslCurves: Readonly<Record<string, string>> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};

const generate = promisify(generateKeyPair) as (
  type: string,
  options: object,
) => Promise<{ privateKey: KeyObject }>;

/** Makes a real key of the kind the inputs ask for. */
export async function newKey(
  algorithm: string,
  curve: string,
  rsaBits: number,
): Promise<KeyObject> {
  if (algorithm === "RSA") return (await generate("rsa", { modulusLength: rsaBits })).privateKey;
  if (algorithm === "ED25519") return (await generate("ed25519", {})).privateKey;
  return (await generate("ec", { namedCurve: opensslCurves[curve] })).privateKey;
}

/** The key of a PEM text. Throws the real provider's text, which names `what`, when it is none. */
export function parseKey(pem: string, what = "private key"): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new ProviderError(
      `Failed to parse ${what} PEM: failed to decode PEM block: decoded bytes 0, undecoded ${pem.length}`,
    );
  }
}

/** `RSA`, `ECDSA` or `ED25519`. */
export function algorithmOf(key: KeyObject): string {
  const type = key.asymmetricKeyType;
  return type === "rsa" ? "RSA" : type === "ec" ? "ECDSA" : "ED25519";
}

/** The PEM that is customary for the kind of key: PKCS#1 for RSA, SEC 1 for ECDSA, else PKCS#8. */
export function customaryPem(key: KeyObject): string {
  const type = key.asymmetricKeyType;
  const form = type === "rsa" ? "pkcs1" : type === "ec" ? "sec1" : "pkcs8";
  return key.export({ type: form as "pkcs8", format: "pem" }).toString();
}
