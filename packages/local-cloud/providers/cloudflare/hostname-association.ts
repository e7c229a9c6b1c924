import { ProviderError, type Context } from "../../emulator/handler";
import { isObject, UNKNOWN, type Props } from "../../emulator/values";
import { refusal, stamp, zoneOf, type Request } from "./api";
import { hostnameAssociationKind, hostnameCertificateKind } from "./hostname-certificate";
import { malformedId, type ObjectType } from "./object";

/** The API's own limit. */
const mostPerCertificate = 100;

const path = (zoneId: unknown, hostname = "") =>
  `/zones/${String(zoneId)}/origin_tls_client_auth/hostnames${hostname === "" ? "" : `/${hostname}`}`;

/** All that a change makes unknown: upstream keeps no other than `hostname` for a known output. */
const shown = [
  ...["certId", "certStatus", "certUpdatedAt", "certUploadedOn", "certificate", "createdAt"],
  ...["enabled", "expiresOn", "issuer", "privateKey", "serialNumber", "signature", "status"],
  "updatedAt",
];

/**
 * Which client certificate Cloudflare shows for one hostname, and whether. Not recorded: upstream's
 * source; codes and texts of refusals by the API are this cloud's own. Deleting it voids the
 * association. Upstream leaves the former hostname's association behind when the hostname of a
 * resource changes; this cloud refuses that.
 */
export const hostnameAssociation: ObjectType = {
  type: "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls",
  kind: hostnameAssociationKind,
  inputs: {
    configs: { type: "list", required: true },
    zoneId: { type: "string", required: true, forceNew: true },
  },
  outputs: Object.fromEntries([...shown, "hostname"].map((field) => [field, UNKNOWN])),
  secretOutputs: ["privateKey"],
  descriptions: { configs: "", zoneId: "Identifier." },
  volatile: () => shown,
  key: (id, outputs) => `${String(outputs["zoneId"])}/${id}`,
  parseImport(id) {
    const [zoneId, hostname, ...rest] = id.split("/");
    if (!zoneId || !hostname || rest.length > 0) throw malformedId("<zone_id>/<hostname>", id);
    return { id: hostname, known: { zoneId } };
  },
  notImported: ["configs", "privateKey"],
  request: (method, id, outputs) => ({
    method: method === "DELETE" ? "PUT" : method,
    path: path(outputs["zoneId"], method === "GET" ? id : ""),
  }),
  notFound: { code: 1551, message: "Hostname association not found." },
  create(planned, context) {
    const outputs = associated(planned, context);
    return { id: String(outputs["hostname"]), outputs };
  },
  update(id, planned, context, olds) {
    const outputs = associated(planned, context);
    if (outputs["hostname"] !== id) {
      throw new ProviderError(
        `the local cloud does not turn the association of ${id} into that of ${String(outputs["hostname"])}: make another resource`,
      );
    }
    return { ...outputs, createdAt: olds["createdAt"] ?? outputs["createdAt"] };
  },
  store: (outputs) => ({ ...outputs, status: "active" }),
};

/** What the API answers to a PUT of one hostname. Throws what upstream and the API refuse. */
function associated(planned: Props, context: Context): Props {
  const configs = Array.isArray(planned["configs"]) ? (planned["configs"] as unknown[]) : [];
  const [config] = configs;
  if (configs.length !== 1 || !isObject(config)) {
    throw new ProviderError(
      "invalid config: config must contain exactly one hostname association. Create separate resources to manage multiple hostnames.",
    );
  }
  const hostname = String(config["hostname"] ?? "");
  if (hostname === "") {
    throw new ProviderError("missing hostname: config[0].hostname must not be empty");
  }
  const request: Request = { method: "PUT", path: path(planned["zoneId"]) };
  const zone = zoneOf(context, request, planned["zoneId"]);
  const refuse = (code: number, message: string) =>
    refusal(context, request, 400, { code, message });
  if (hostname !== zone.name && !hostname.endsWith(`.${zone.name}`)) {
    throw refuse(1431, `Hostname ${hostname} does not belong to the zone.`);
  }
  const certId = String(config["certId"] ?? "");
  const certificate = context.world.get(hostnameCertificateKind, certId)?.data;
  if (certificate?.["zoneId"] !== zone.id) throw refuse(1432, "Certificate not found.");
  const others = context.world
    .list(hostnameAssociationKind)
    .filter(({ data }) => data["certId"] === certId && data["hostname"] !== hostname);
  if (others.length >= mostPerCertificate) {
    throw refuse(1435, `A certificate has ${mostPerCertificate} hostnames at most.`);
  }
  const { expiresOn, issuer, serialNumber, signature, status, uploadedOn } = certificate;
  const now = stamp(context);
  return {
    ...{ hostname, certId, enabled: config["enabled"] === true, privateKey: null },
    ...{ expiresOn, issuer, serialNumber, signature, certificate: certificate["certificate"] },
    ...{ certStatus: status, certUploadedOn: uploadedOn, certUpdatedAt: uploadedOn },
    ...{ createdAt: now, updatedAt: now, status: "pending_deployment" },
  };
}
