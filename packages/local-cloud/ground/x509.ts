/** Certificates of the local cloud's own making. */

import { webcrypto } from "node:crypto";
import type { X509Certificate } from "@peculiar/x509";

/** What keys of the cloud's own are, and how they sign. */
export const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** An authority with its key. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

/** An authority as it is kept: each in PEM. */
export interface KeptAuthority {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Loaded at the first certificate: most runs of the local cloud make none. */
export async function library() {
  // The library's container of algorithms wants this polyfill first.
  await import("reflect-metadata");
  return import("@peculiar/x509");
}

/** Reads an authority that was kept. */
export async function readAuthority({
  certificate,
  privateKey,
}: KeptAuthority): Promise<Authority> {
  const x509 = await library();
  const der = x509.PemConverter.decodeFirst(privateKey);
  const key = await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
  return { certificate: new x509.X509Certificate(certificate), key };
}

/** Makes an authority that signs for others and for no further authority, with what is to be kept of it. */
export async function makeAuthority(
  name: string,
  from: Date,
  to: Date,
): Promise<{ readonly authority: Authority; readonly kept: KeptAuthority }> {
  const x509 = await library();
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ serialNumber: "01", name, notBefore: from, notAfter: to, keys },
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const der = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    authority: { certificate, key: keys.privateKey },
    kept: {
      certificate: certificate.toString("pem"),
      privateKey: x509.PemConverter.encode(der, "PRIVATE KEY"),
    },
  };
}
