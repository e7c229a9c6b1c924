import { randomBytes } from "node:crypto";

import { ProviderError, type Context } from "../../emulator/handler";
import type { ResourceTable } from "../../emulator/table";
import { UNKNOWN, type Props } from "../../emulator/values";
import { allowedUsesInput, missing, notNegative, subjectInputs } from "./certificate-inputs";
import { algorithmOf, parseKey } from "./keys";
import { endOf, refreshed, renewal } from "./renewal";
import { stateless } from "./stateless";
import { usageExtensions } from "./usages";
import { library } from "../../ground/x509";
import { alternativeNames, nameOf, signingKeys, withNewline } from "./x509";

/** Self-signed certificates, really signed. Source: recorded calls and upstream's source. */
const table: ResourceTable = {
  type: "tls:index/selfSignedCert:SelfSignedCert",
  style: "framework",
  kind: "tls/selfSignedCert",
  inputs: {
    ...subjectInputs,
    allowedUses: allowedUsesInput,
    earlyRenewalHours: { type: "integer", absent: 0, refuse: notNegative },
    isCaCertificate: { type: "boolean", forceNew: true, absent: false },
    maxPathLength: { type: "integer", forceNew: true, computed: true },
    setAuthorityKeyId: { type: "boolean", forceNew: true, absent: false },
    setSubjectKeyId: { type: "boolean", forceNew: true, absent: false },
    validityPeriodHours: { type: "integer", required: true, forceNew: true, refuse: notNegative },
  },
  outputs: {
    certPem: UNKNOWN,
    keyAlgorithm: UNKNOWN,
    readyForRenewal: false,
    validityEndTime: UNKNOWN,
    validityStartTime: UNKNOWN,
  },
  secretOutputs: ["privateKeyPem"],
  missing,
  ...renewal,
  api: { create },
};

/** Self-signed certificates; one that is due for renewal is replaced. */
export const selfSignedCert = stateless(table, {
  secretInputs: ["privateKeyPem"],
  refresh: refreshed,
});

async function create(inputs: Props, _planned: Props, context: Context) {
  const x509 = await library();
  const key = parseKey(String(inputs["privateKeyPem"]));
  const name = nameOf(inputs["subject"]);
  const isAuthority = inputs["isCaCertificate"] === true;
  if (isAuthority && name.length === 0) {
    throw new ProviderError(
      "Invalid Certificate Subject: Must contain at least one Distinguished Name when creating Certificate Authority (CA)",
    );
  }
  const { keys, algorithm } = await signingKeys(key);
  const names = alternativeNames(inputs, "Failed to create certificate");
  const serial = randomBytes(16);
  const from = context.now();
  const to = endOf(from, inputs);
  const length = inputs["maxPathLength"];
  if (!isAuthority && typeof length === "number" && length >= 0) {
    throw new ProviderError(
      "Failed to create certificate: x509: only CAs are allowed to specify MaxPathLen",
    );
  }
  const identified = isAuthority || inputs["setSubjectKeyId"] === true;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial.toString("hex"),
    name,
    notBefore: from,
    notAfter: to,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      ...usageExtensions(x509, inputs["allowedUses"]),
      new x509.BasicConstraintsExtension(
        isAuthority,
        typeof length === "number" && length >= 0 ? length : undefined,
        true,
      ),
      ...(identified ? [await x509.SubjectKeyIdentifierExtension.create(keys.publicKey)] : []),
      ...(inputs["setAuthorityKeyId"] === true
        ? [await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey)]
        : []),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return {
    id: BigInt(`0x${serial.toString("hex")}`).toString(),
    outputs: {
      certPem: withNewline(certificate.toString("pem")),
      keyAlgorithm: algorithmOf(key),
      maxPathLength: length ?? null,
      validityEndTime: to.toISOString(),
      validityStartTime: from.toISOString(),
    },
  };
}
