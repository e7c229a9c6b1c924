import { createPrivateKey, X509Certificate } from "node:crypto";

import type { Context } from "../../emulator/handler";
import { UNKNOWN, type Props } from "../../emulator/values";
import { newId, refusal, stamp, zoneOf, type Request } from "./api";
import { malformedId, type ObjectType } from "./object";
import { library } from "../../ground/x509";

/** Kind of the client certificates of a zone in the world. */
export const hostnameCertificateKind = "cloudflare/hostname_certificate";
/** Kind of what shows a hostname's client certificate; id `<zone>/<hostname>`. */
export const hostnameAssociationKind = "cloudflare/hostname_association";

/** The API's own limit. */
const mostPerZone = 10;

const path = (zoneId: unknown, id = "") =>
  `/zones/${String(zoneId)}/origin_tls_client_auth/hostnames/certificates${id === "" ? "" : `/${id}`}`;

/** What the answers about a certificate show beside its text. */
const shown = ["expiresOn", "issuer", "serialNumber", "signature", "status", "uploadedOn"];

/**
 * Client certificates that Cloudflare shows to origins, for single hostnames. Not recorded: fields and
 * what replaces are upstream's source, the refusals of an authority (`missing leaf certificate`), of a
 * certificate that is there (1406) and of the deletion of one in use (1433) are published; other
 * codes and texts are this cloud's own. Deployed by the first refresh, where Cloudflare takes minutes;
 * a newline at the certificate's end is no change, where upstream plans an update that does nothing.
 */
export const hostnameCertificate: ObjectType = {
  type: "cloudflare:index/authenticatedOriginPullsHostnameCertificate:AuthenticatedOriginPullsHostnameCertificate",
  kind: hostnameCertificateKind,
  inputs: {
    certificate: { type: "string", required: true, forceNew: true },
    privateKey: { type: "string", required: true, forceNew: true },
    zoneId: { type: "string", required: true, forceNew: true },
  },
  outputs: Object.fromEntries(shown.map((field) => [field, UNKNOWN])),
  secretOutputs: ["privateKey"],
  descriptions: {
    certificate: "The hostname certificate.",
    privateKey: "The hostname certificate's private key.",
    zoneId: "Identifier.",
  },
  volatile: () => shown,
  same: (key, state, planned) =>
    key === "certificate" && String(state).trimEnd() === String(planned).trimEnd(),
  parseImport(id) {
    const [zoneId, certificateId, ...rest] = id.split("/");
    if (!zoneId || !certificateId || rest.length > 0) {
      throw malformedId("<zone_id>/<certificate_id>", id);
    }
    return { id: certificateId, known: { zoneId } };
  },
  notImported: ["privateKey"],
  request: (method, id, outputs) => ({ method, path: path(outputs["zoneId"], id) }),
  notFound: { code: 1551, message: "Certificate not found." },
  async create(planned, context) {
    const request: Request = { method: "POST", path: path(planned["zoneId"]) };
    const zone = zoneOf(context, request, planned["zoneId"]);
    const problem = problemOf(planned, zone.id, context);
    if (problem) throw refusal(context, request, 400, problem);
    return {
      id: newId(),
      outputs: {
        ...(await detailsOf(String(planned["certificate"]))),
        status: "pending_deployment",
        uploadedOn: stamp(context),
      },
    };
  },
  store: (outputs) => ({ ...outputs, status: "active" }),
  remove(id, outputs, context) {
    const used = context.world.find(
      hostnameAssociationKind,
      (data) => data["certId"] === id && data["zoneId"] === outputs["zoneId"],
    );
    if (!used) return;
    const request: Request = { method: "DELETE", path: path(outputs["zoneId"], id) };
    throw refusal(context, request, 400, {
      code: 1433,
      message: `Certificate is in use by hostname ${String(used.data["hostname"])}.`,
    });
  },
};

function problemOf(planned: Props, zoneId: string, context: Context) {
  const text = String(planned["certificate"]);
  let certificate;
  try {
    certificate = new X509Certificate(text);
  } catch {
    return { code: 1400, message: "Failed to parse certificate." };
  }
  if (certificate.ca) return { code: 1402, message: "missing leaf certificate" };
  if (new Date(certificate.validTo) <= context.now()) {
    return { code: 1403, message: "Certificate has expired." };
  }
  if (!fits(certificate, String(planned["privateKey"]))) {
    return { code: 1404, message: "Private key does not match certificate." };
  }
  const held = context.world
    .list(hostnameCertificateKind)
    .filter(({ data }) => data["zoneId"] === zoneId);
  if (held.some(({ data }) => String(data["certificate"]).trim() === text.trim())) {
    return { code: 1406, message: "Certificate already exists." };
  }
  if (held.length < mostPerZone) return undefined;
  return { code: 1405, message: `A zone has ${mostPerZone} hostname certificates at most.` };
}

interface NamedAlgorithm {
  readonly name: string;
  readonly hash?: { readonly name: string };
}

/** What the API tells of a certificate that it was given. */
async function detailsOf(text: string): Promise<Props> {
  const x509 = await library();
  const certificate = new x509.X509Certificate(text);
  const { issuerName, notAfter, serialNumber } = certificate;
  // The library's own type is the browser's, which is not among this program's.
  const { name, hash } = certificate.signatureAlgorithm as unknown as NamedAlgorithm;
  const digest = hash?.name.replace("-", "") ?? "";
  const goName: Readonly<Record<string, string>> = {
    "RSASSA-PKCS1-v1_5": `${digest}WithRSA`,
    ECDSA: `ECDSAWith${digest}`,
  };
  return {
    expiresOn: notAfter.toISOString().replace(/\.\d+Z$/, "Z"),
    issuer: [...issuerName.getField("O"), ...issuerName.getField("CN")][0] ?? "",
    serialNumber: BigInt(`0x${serialNumber}`).toString(),
    signature: goName[name] ?? name,
  };
}

function fits(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
