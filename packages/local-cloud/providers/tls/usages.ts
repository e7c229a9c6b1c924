import type { Extension } from "@peculiar/x509";

type Library = typeof import("@peculiar/x509");

/** Bits of the key usage extension (RFC 5280, 4.2.1.3) by the provider's words. */
const keyUsages: Readonly<Record<string, keyof Library["KeyUsageFlags"]>> = {
  digital_signature: "digitalSignature",
  content_commitment: "nonRepudiation",
  key_encipherment: "keyEncipherment",
  data_encipherment: "dataEncipherment",
  key_agreement: "keyAgreement",
  cert_signing: "keyCertSign",
  crl_signing: "cRLSign",
  encipher_only: "encipherOnly",
  decipher_only: "decipherOnly",
};

/** Object ids of the extended key usage extension by the provider's words. */
const extendedUsages: Readonly<Record<string, string>> = {
  any_extended: "2.5.29.37.0",
  server_auth: "1.3.6.1.5.5.7.3.1",
  client_auth: "1.3.6.1.5.5.7.3.2",
  code_signing: "1.3.6.1.5.5.7.3.3",
  email_protection: "1.3.6.1.5.5.7.3.4",
  ipsec_end_system: "1.3.6.1.5.5.7.3.5",
  ipsec_tunnel: "1.3.6.1.5.5.7.3.6",
  ipsec_user: "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocsp_signing: "1.3.6.1.5.5.7.3.9",
  microsoft_server_gated_crypto: "1.3.6.1.4.1.311.10.3.3",
  netscape_server_gated_crypto: "2.16.840.1.113730.4.1",
  microsoft_commercial_code_signing: "1.3.6.1.4.1.311.2.1.22",
  microsoft_kernel_code_signing: "1.3.6.1.4.1.311.61.1.1",
};

/** The extensions that say what a certificate is for. */
export function usageExtensions(x509: Library, uses: unknown): Extension[] {
  const wanted = Array.isArray(uses) ? uses.map(String) : [];
  const flags = wanted
    .map((use) => keyUsages[use])
    .filter((name) => name !== undefined)
    .reduce((sum, name) => sum | Number(x509.KeyUsageFlags[name]), 0);
  const extended = wanted.map((use) => extendedUsages[use]).filter((oid) => oid !== undefined);
  return [
    ...(flags > 0 ? [new x509.KeyUsagesExtension(flags, true)] : []),
    ...(extended.length > 0 ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
  ];
}
