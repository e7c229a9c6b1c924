import { createPublicKey, randomBytes, X509Certificate } from "node:crypto";

import { ProviderError, type Context } from "../../emulator/handler";
import type { Field, ResourceTable } from "../../emulator/table";
import { UNKNOWN, type Props } from "../../emulator/values";
import { allowedUsesInput, missing, notNegative } from "./certificate-inputs";
import { algorithmOf, parseKey } from "./keys";
import { endOf, refreshed, renewal } from "./renewal";
import { stateless } from "./stateless";
import { usageExtensions } from "./usages";
import { library } from "../../ground/x509";
import { signingKeys, withNewline } from "./x509";

/** Object id of the extension (RFC 5280, 4.2.1.6): the only one that upstream takes of a request. */
const alternativeNames = "2.5.29.17";

const pem: Field = { type: "string", required: true, forceNew: true };

/** Certificates that a given authority signs, really signed. Source: upstream's source; unrecorded. */
const table: ResourceTable = {
  type: "tls:index/locallySignedCert:LocallySignedCert",
  style: "framework",
  kind: "tls/locallySignedCert",
  inputs: {
    allowedUses: allowedUsesInput,
    caCertPem: pem,
    caPrivateKeyPem: pem,
    certRequestPem: pem,
    earlyRenewalHours: { type: "integer", absent: 0, refuse: notNegative },
    isCaCertificate: { type: "boolean", forceNew: true, absent: false },
    maxPathLength: { type: "integer", forceNew: true, computed: true },
    setSubjectKeyId: { type: "boolean", forceNew: true, absent: false },
    validityPeriodHours: { type: "integer", required: true, forceNew: true, refuse: notNegative },
  },
  outputs: {
    caKeyAlgorithm: UNKNOWN,
    certPem: UNKNOWN,
    readyForRenewal: false,
    validityEndTime: UNKNOWN,
    validityStartTime: UNKNOWN,
  },
  secretOutputs: ["caPrivateKeyPem"],
  missing,
  ...renewal,
  api: { create },
};

/** Certificates signed by a given authority; one that is due for renewal is replaced. */
export const locallySignedCert = stateless(table, {
  secretInputs: ["caPrivateKeyPem"],
  refresh: refreshed,
});

async function create(inputs: Props, _planned: Props, context: Context) {
  const x509 = await library();
  const request = requestOf(x509, String(inputs["certRequestPem"]));
  const key = parseKey(String(inputs["caPrivateKeyPem"]), "CA private key");
  const authority = authorityOf(String(inputs["caCertPem"]));
  if (!authority.ca) {
    context.log(
      "warning",
      "Potentially Invalid Certificate Authority: Certificate provided as Authority does not appear to be a valid Certificate Authority. The resulting certificate might fail certificate validation.",
    );
  }
  if (!authority.publicKey.equals(createPublicKey(key))) {
    throw new ProviderError(
      "Failed to create certificate: x509: provided PrivateKey doesn't match parent's PublicKey",
    );
  }
  const isAuthority = inputs["isCaCertificate"] === true;
  if (isAuthority && request.subjectName.toJSON().length === 0) {
    throw new ProviderError(
      "Invalid Certificate Subject: Must contain at least one Distinguished Name when creating Certificate Authority (CA)",
    );
  }
  const length = inputs["maxPathLength"];
  const limited = typeof length === "number" && length >= 0;
  if (!isAuthority && limited) {
    throw new ProviderError(
      "Failed to create certificate: x509: only CAs are allowed to specify MaxPathLen",
    );
  }
  const issuer = new x509.X509Certificate(authority.raw);
  const { keys, algorithm } = await signingKeys(key);
  const names = request.getExtension(alternativeNames);
  const identified = isAuthority || inputs["setSubjectKeyId"] === true;
  const issuerId = issuer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  const serial = randomBytes(16);
  const from = context.now();
  const to = endOf(from, inputs);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString("hex"),
    subject: request.subjectName,
    issuer: issuer.subjectName,
    notBefore: from,
    notAfter: to,
    publicKey: request.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      ...usageExtensions(x509, inputs["allowedUses"]),
      new x509.BasicConstraintsExtension(isAuthority, limited ? length : undefined, true),
      ...(identified ? [await x509.SubjectKeyIdentifierExtension.create(request.publicKey)] : []),
      ...(issuerId === undefined ? [] : [new x509.AuthorityKeyIdentifierExtension(issuerId)]),
      ...(names ? [names] : []),
    ],
  });
  return {
    id: BigInt(`0x${serial.toString("hex")}`).toString(),
    outputs: {
      caKeyAlgorithm: algorithmOf(key),
      certPem: withNewline(certificate.toString("pem")),
      maxPathLength: length ?? null,
      validityEndTime: to.toISOString(),
      validityStartTime: from.toISOString(),
    },
  };
}

function requestOf(x509: Awaited<ReturnType<typeof library>>, text: string) {
  try {
    return new x509.Pkcs10CertificateRequest(text);
  } catch {
    throw new ProviderError(
      'Failed to parse certificate request PEM: failed to decode PEM of expected type "CERTIFICATE REQUEST" from bytes',
    );
  }
}

function authorityOf(text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw new ProviderError(
      'Failed to parse CA certificate PEM: failed to decode PEM of expected type "CERTIFICATE" from bytes',
    );
  }
}
