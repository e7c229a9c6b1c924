import { snake } from "../../emulator/check";
import type { Subject } from "../../emulator/handler";
import type { Field } from "../../emulator/table";

/** Purposes of a certificate in the provider's words. */
export const allowedUses = [
  "any_extended",
  "cert_signing",
  "client_auth",
  "code_signing",
  "content_commitment",
  "crl_signing",
  "data_encipherment",
  "decipher_only",
  "digital_signature",
  "email_protection",
  "encipher_only",
  "ipsec_end_system",
  "ipsec_tunnel",
  "ipsec_user",
  "key_agreement",
  "key_encipherment",
  "microsoft_commercial_code_signing",
  "microsoft_kernel_code_signing",
  "microsoft_server_gated_crypto",
  "netscape_server_gated_crypto",
  "ocsp_signing",
  "server_auth",
  "timestamping",
] as const;

/** Inputs that requests and certificates share. */
export const subjectInputs: Readonly<Record<string, Field>> = {
  dnsNames: { type: "list", forceNew: true },
  ipAddresses: { type: "list", forceNew: true },
  privateKeyPem: { type: "string", required: true, forceNew: true },
  subject: {
    type: "object",
    forceNew: true,
    fields: {
      commonName: { type: "string" },
      country: { type: "string" },
      emailAddress: { type: "string" },
      locality: { type: "string" },
      organization: { type: "string" },
      organizationalUnit: { type: "string" },
      postalCode: { type: "string" },
      province: { type: "string" },
      serialNumber: { type: "string" },
      streetAddresses: { type: "list" },
    },
  },
  uris: { type: "list", forceNew: true },
};

/** Purposes, each of which must be known. */
export const allowedUsesInput: Field = {
  type: "list",
  required: true,
  forceNew: true,
  refuse: (value, { name }, place) => {
    const uses = Array.isArray(value) ? value : [];
    const index = uses.findIndex((use) => !(allowedUses as readonly unknown[]).includes(use));
    if (index < 0) return undefined;
    const list = allowedUses.map((use) => `"${use}"`).join(" ");
    return `Invalid Attribute Value Match. Attribute ${snake(place)}[${index}] value must be one of: [${list}], got: "${String(uses[index])}". Examine values at '${name}.${place}[${index}]'.`;
  },
};

/** Refuses a number below zero. */
export function notNegative(value: unknown, { name }: Subject, place: string): string | undefined {
  if (Number(value) >= 0) return undefined;
  return `Invalid Attribute Value. Attribute ${snake(place)} value must be at least 0, got: ${String(value)}. Examine values at '${name}.${place}'.`;
}

const descriptions: Readonly<Record<string, string>> = {
  privateKeyPem:
    "Private key in [PEM (RFC 1421)](https://datatracker.ietf.org/doc/html/rfc1421) format, that the certificate will belong to. This can be read from a separate file using the [`file`](https://www.terraform.io/language/functions/file) interpolation function.",
  validityPeriodHours:
    "Number of hours, after initial issuing, that the certificate will remain valid for.",
};

/** The refusal of a missing input, with its description where a recording shows it. */
export function missing(field: string): string {
  const described = descriptions[field];
  return `Missing required property '${field}'${described === undefined ? "" : `: ${described}`}`;
}
