/** The certificates of the edge: a public authority of the cloud's own, and what it signs for visitors. */

import { webcrypto } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import type { World } from "../emulator/world";
import { writeWhole } from "../ground/whole-file";
import { algorithm, library, makeAuthority, readAuthority, type Authority } from "../ground/x509";
import { theAuthority } from "../providers/cloudflare/origin-ca";
import { revokedKind } from "../providers/cloudflare/origin-ca-certificate";

const day = 86_400_000;

/**
 * The authority that a person's programs are told to trust, made at its first use and kept in a directory:
 * `authority.pem`, open to all, and its key beside it.
 */
export async function publicAuthority(directory: string): Promise<Authority> {
  const files = { certificate: authorityFile(directory), key: join(directory, "authority.key") };
  if (existsSync(files.certificate) && existsSync(files.key)) {
    return readAuthority({
      certificate: await readFile(files.certificate, "utf8"),
      privateKey: await readFile(files.key, "utf8"),
    });
  }
  const from = new Date(Date.now() - day);
  const to = new Date(from.getTime() + 3650 * day);
  const name = "O=Local cloud, CN=Local cloud public authority";
  const { authority, kept } = await makeAuthority(name, from, to);
  await mkdir(directory, { recursive: true });
  writeWhole(files.key, kept.privateKey);
  writeWhole(files.certificate, `${kept.certificate}\n`);
  await chmod(files.certificate, 0o644);
  return authority;
}

/** Where the authority's certificate is: what `curl --cacert` takes. */
export function authorityFile(directory: string): string {
  return join(directory, "authority.pem");
}

/** A key and a certificate for names and addresses, as one PEM, signed by the public authority. */
export async function certificateFor(
  { certificate: issuer, key }: Authority,
  names: readonly string[],
): Promise<string> {
  const x509 = await library();
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const from = new Date(Date.now() - day);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(16))).toString("hex"),
    subject: `CN=${names[0]}`,
    issuer: issuer.subject,
    notBefore: from,
    notAfter: new Date(from.getTime() + 365 * day),
    publicKey: keys.publicKey,
    signingKey: key,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({
          type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const),
          value,
        })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  const der = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return `${x509.PemConverter.encode(der, "PRIVATE KEY")}\n${certificate.toString("pem")}\n`;
}

/** What strict goes by: the authorities that it trusts, and what they have revoked, both as PEM. */
export async function trust(
  world: World,
  open: Authority,
): Promise<{ readonly trusted: string; readonly revoked: string }> {
  const x509 = await library();
  const origin = await theAuthority(world, new Date());
  const serials = world
    .list(revokedKind)
    .map(({ data }) => new x509.X509Certificate(String(data["certificate"])).serialNumber);
  const list = async ({ certificate, key }: Authority, entries: readonly string[]) => {
    const crl = await x509.X509CrlGenerator.create({
      issuer: certificate.subject,
      thisUpdate: new Date(Date.now() - day),
      nextUpdate: new Date(Date.now() + 3650 * day),
      entries: entries.map((serialNumber) => ({ serialNumber, revocationDate: new Date() })),
      signingAlgorithm: algorithm,
      signingKey: key,
    });
    // The library's own label is not what OpenSSL looks for.
    return x509.PemConverter.encode(crl.rawData, "X509 CRL");
  };
  const certificates = [open, origin].map(({ certificate }) => certificate.toString("pem"));
  const lists = [await list(open, []), await list(origin, serials)];
  return { trusted: `${certificates.join("\n")}\n`, revoked: `${lists.join("\n")}\n` };
}
