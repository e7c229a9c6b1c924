import { webcrypto } from "node:crypto";

import type { World } from "../../emulator/world";
import {
  algorithm,
  library,
  makeAuthority,
  readAuthority,
  type Authority,
} from "../../ground/x509";

/** What a certificate is to say. */
export interface CertificateOrder {
  /** PEM of the request; its key and its signature count, its names do not. */
  readonly csr: string;
  readonly hostnames: readonly string[];
  readonly from: Date;
  readonly to: Date;
}

const kind = "cloudflare/origin_ca";
const name =
  "C=US, O=CloudFlare\\, Inc., OU=CloudFlare Origin SSL ECC Certificate Authority, CN=Local cloud";

/**
 * Signs a real certificate with the local cloud's own authority, made at its first use and kept in
 * the world (`cloudflare/origin_ca`, PEM), so that a test can trust it. Undefined: the request is
 * no valid one.
 */
export async function signCertificate(
  world: World,
  order: CertificateOrder,
): Promise<string | undefined> {
  const x509 = await library();
  let request;
  try {
    request = new x509.Pkcs10CertificateRequest(order.csr);
    if (!(await request.verify())) return undefined;
  } catch {
    return undefined;
  }
  const authority = await theAuthority(world, order.from);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(16))).toString("hex"),
    subject: "O=CloudFlare\\, Inc., OU=CloudFlare Origin CA, CN=CloudFlare Origin Certificate",
    issuer: authority.certificate.subject,
    notBefore: order.from,
    notAfter: order.to,
    publicKey: request.publicKey,
    signingKey: authority.key,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.clientAuth,
        x509.ExtendedKeyUsage.serverAuth,
      ]),
      new x509.SubjectAlternativeNameExtension(
        order.hostnames.map((value) => ({ type: "dns" as const, value })),
      ),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

/** The authority that signs for origins, made at `from` where there is none yet. */
export async function theAuthority(world: World, from: Date): Promise<Authority> {
  const held = world.get(kind, "authority")?.data;
  if (held) {
    const { certificate, privateKey } = held;
    return readAuthority({ certificate: String(certificate), privateKey: String(privateKey) });
  }
  const to = new Date(from.getTime() + 20 * 365.25 * 86_400_000);
  const { authority, kept } = await makeAuthority(name, from, to);
  world.put(kind, "authority", { ...kept });
  return authority;
}
