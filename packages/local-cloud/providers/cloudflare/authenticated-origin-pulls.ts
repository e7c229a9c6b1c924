import { zoneOf } from "./api";
import type { ObjectType } from "./object";

const path = (zoneId: unknown) => `/zones/${String(zoneId)}/origin_tls_client_auth/settings`;

/**
 * Whether Cloudflare shows its client certificate to a zone's origins. Deleting the resource
 * leaves the setting. Source: the provider's recorded calls.
 */
export const authenticatedOriginPulls: ObjectType = {
  type: "cloudflare:index/authenticatedOriginPullsSettings:AuthenticatedOriginPullsSettings",
  kind: "cloudflare/authenticated_origin_pulls",
  inputs: {
    zoneId: { type: "string", required: true, forceNew: true },
    enabled: { type: "boolean", required: true },
  },
  outputs: {},
  descriptions: {
    zoneId: "Identifier.",
    enabled:
      "Indicates whether zone-level authenticated origin pulls is enabled. Set to true to enable authenticated origin pulls and false to disable it.",
  },
  volatile: () => [],
  parseImport: (id) => ({ id, known: { zoneId: id } }),
  request: (method, id) => ({ method, path: path(id) }),
  notFound: { code: 7003, message: "Could not route to the zone" },
  deletes: false,
  create(planned, context) {
    const zone = zoneOf(
      context,
      { method: "PUT", path: path(planned["zoneId"]) },
      planned["zoneId"],
    );
    return { id: zone.id, outputs: {} };
  },
  update(id, _planned, context) {
    zoneOf(context, { method: "PUT", path: path(id) }, id);
    return {};
  },
  implicit: (id, _known, context) =>
    context.world.get("cloudflare/zone", id) && { id, zoneId: id, enabled: false },
};
