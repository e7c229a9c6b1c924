import { UNKNOWN } from "../../emulator/values";
import { authorize, refusal, stamp, type Request } from "./api";
import type { ObjectType } from "./object";
import { oneOfNumbers, oneOfTexts } from "./one-of";
import { signCertificate } from "./origin-ca";

const days = [7, 30, 90, 365, 730, 1095, 5475];
const requestTypes = ["origin-rsa", "origin-ecc", "keyless-certificate"];
/** Kind of what is left of a deleted certificate: nobody can make it valid again. */
export const revokedKind = "cloudflare/revoked_origin_ca_certificate";

const order: Request = { method: "POST", path: "/certificates" };

/**
 * Certificates for origins, signed by the local cloud's own authority. Every change replaces, the
 * order of host names and a newline at the request's end included. Source: the provider's
 * recorded calls.
 */
export const originCaCertificate: ObjectType = {
  type: "cloudflare:index/originCaCertificate:OriginCaCertificate",
  kind: "cloudflare/origin_ca_certificate",
  inputs: {
    csr: { type: "string", required: true, forceNew: true },
    hostnames: { type: "list", required: true, forceNew: true },
    requestType: {
      type: "string",
      required: true,
      forceNew: true,
      refuse: oneOfTexts(requestTypes),
    },
    requestedValidity: {
      type: "number",
      absent: 5475,
      forceNew: true,
      refuse: oneOfNumbers(days),
    },
  },
  outputs: { certificate: UNKNOWN, expiresOn: UNKNOWN },
  descriptions: {
    csr: "The Certificate Signing Request (CSR). Must be newline-encoded.",
    hostnames:
      "Array of hostnames or wildcard names bound to the certificate. Hostnames must be fully qualified domain names (FQDNs) belonging to zones on your account (e.g., `example.com` or `sub.example.com`). Wildcards are supported only as a `*.` prefix for a single level (e.g., `*.example.com`). Double wildcards (`*.*.example.com`) and interior wildcards (`foo.*.example.com`) are not allowed. The wildcard suffix must be a multi-label domain (`*.example.com` is valid, but `*.com` is not). Unicode/IDN hostnames are accepted and automatically converted to punycode.",
    requestType:
      'Signature type desired on certificate ("origin-rsa" (rsa), "origin-ecc" (ecdsa), or "keyless-certificate" (for Keyless SSL servers).\nAvailable values: "origin-rsa", "origin-ecc", "keyless-certificate".',
  },
  volatile: () => ["certificate", "expiresOn"],
  notImported: ["csr", "requestedValidity"],
  request: (method, id) => ({ method, path: `/certificates/${id}` }),
  notFound: { code: 1101, message: "Failed to read certificate from Database" },
  remove: (id, { certificate }, context) =>
    void context.world.put(revokedKind, id, { certificate, revokedOn: stamp(context) }),
  async create(planned, context) {
    authorize(context, order);
    const hostnames = (planned["hostnames"] as readonly unknown[]).map(String);
    const zones = context.world.list("cloudflare/zone").map(({ data }) => String(data["name"]));
    for (const hostname of hostnames) {
      if (zones.some((zone) => hostname === zone || hostname.endsWith(`.${zone}`))) continue;
      throw refusal(context, order, 400, {
        code: 1010,
        message: `Failed to validate requested hostname ${hostname}: This zone is either not part of your account, or you do not have access to it. Please contact support if using a multi-user organization.`,
      });
    }
    const from = new Date(Math.floor(context.now().getTime() / 1000) * 1000);
    const to = new Date(from.getTime() + Number(planned["requestedValidity"]) * 86_400_000);
    const csr = String(planned["csr"]);
    const certificate = await signCertificate(context.world, { csr, hostnames, from, to });
    if (certificate === undefined) {
      throw refusal(context, order, 400, {
        code: 1010,
        message: "Failed to decode CSR. Please ensure your CSR is valid and PEM-encoded.",
      });
    }
    const number = context.world.next("cloudflare/origin_ca_certificate", 0);
    return {
      id: `328578533902268680${String(number).padStart(12, "0")}`,
      outputs: {
        certificate,
        // Go prints times this way when nobody tells it how.
        expiresOn: to.toISOString().replace(/^(.*)T(.*)\.\d+Z$/, "$1 $2 +0000 UTC"),
      },
    };
  },
};
