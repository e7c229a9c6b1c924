import { generateKeyPairSync } from "node:crypto";

import { sshForms } from "../providers/tls/openssh";

const made = new Map<string, string>();

/**
 * A valid private key in the PEM form that `label` names (`EC PRIVATE KEY`), for recordings that
 * redact theirs: the same one throughout a run. Undefined for a form that is not known.
 */
export function sampleKey(label: string): string | undefined {
  let pem = made.get(label);
  if (pem === undefined) {
    pem = make(label);
    if (pem !== undefined) made.set(label, pem);
  }
  return pem;
}

function make(label: string): string | undefined {
  const publicKeyEncoding = { type: "spki", format: "pem" } as const;
  if (label === "EC PRIVATE KEY") {
    const privateKeyEncoding = { type: "sec1", format: "pem" } as const;
    const options = { namedCurve: "prime256v1", publicKeyEncoding, privateKeyEncoding };
    return generateKeyPairSync("ec", options).privateKey;
  }
  if (label === "RSA PRIVATE KEY") {
    const privateKeyEncoding = { type: "pkcs1", format: "pem" } as const;
    const options = { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding };
    return generateKeyPairSync("rsa", options).privateKey;
  }
  if (label === "OPENSSH PRIVATE KEY") {
    return sshForms(generateKeyPairSync("ed25519").privateKey).privateKey;
  }
  if (label !== "PRIVATE KEY") return undefined;
  const privateKeyEncoding = { type: "pkcs8", format: "pem" } as const;
  return generateKeyPairSync("ed25519", { publicKeyEncoding, privateKeyEncoding }).privateKey;
}
