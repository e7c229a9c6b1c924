import { ProviderError, type Context, type InvokeHandler } from "../../emulator/handler";
import { isObject, type Props } from "../../emulator/values";
import { authorize, noRoute, type Request } from "./api";

/** `getZone`: by id, or the one that a filter finds. Fails when it finds none or several. */
export const getZone: InvokeHandler = (args, context) => {
  const { zoneId, filter } = args;
  if (typeof zoneId === "string") {
    const request: Request = { method: "GET", path: `/zones/${zoneId}` };
    authorize(context, request);
    const zone = context.world.get("cloudflare/zone", zoneId);
    if (!zone) throw noRoute(context, request);
    return Promise.resolve({ ...shown(zone.id, zone.data), zoneId });
  }
  const found = matching(isObject(filter) ? filter : {}, context);
  const [zone] = found;
  if (!zone || found.length > 1) {
    throw new ProviderError(`failed to find exactly one result: ${found.length} found`);
  }
  return Promise.resolve({
    ...zone,
    ...(filter === undefined ? {} : { filter }),
    zoneId: zone["id"],
  });
};

/** `getZones`: every zone that fits, as `results`. */
export const getZones: InvokeHandler = (args, context) =>
  Promise.resolve({ ...args, results: matching(args, context) });

/** Zones by name (`startsWith:` and `contains:` as the API has them) and status. */
function matching(filter: Props, context: Context): Props[] {
  authorize(context, { method: "GET", path: "/zones" });
  const { name, status } = filter;
  return context.world
    .list("cloudflare/zone")
    .map(({ id, data }) => shown(id, data))
    .filter((zone) => typeof name !== "string" || fits(String(zone["name"]), name))
    .filter((zone) => typeof status !== "string" || zone["status"] === status);
}

function fits(name: string, wanted: string): boolean {
  const [, operator = "", text = ""] =
    /^(equal|not_equal|starts_with|ends_with|contains):(.*)$/.exec(wanted) ?? [];
  switch (operator) {
    case "":
      return name === wanted;
    case "not_equal":
      return name !== text;
    case "starts_with":
      return name.startsWith(text);
    case "ends_with":
      return name.endsWith(text);
    case "contains":
      return name.includes(text);
    default:
      return name === text;
  }
}

/** A zone as the API shows it, for what the world does not say. */
function shown(id: string, data: Props): Props {
  const { zoneId: _, ...own } = data;
  return {
    account: { id: "0".repeat(31) + "a", name: "Local cloud" },
    activatedOn: "2025-01-01T01:00:00Z",
    createdOn: "2025-01-01T00:00:00Z",
    developmentMode: 0,
    meta: { customCertificateQuota: 0, pageRuleQuota: 3, phishingDetected: false, step: 2 },
    modifiedOn: "2025-01-02T03:04:05Z",
    nameServers: ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
    originalNameServers: ["ns1.registrar.example", "ns2.registrar.example"],
    originalRegistrar: "registrar (id: 1)",
    owner: { type: "user" },
    paused: false,
    permissions: ["#dns_records:edit", "#zone:read"],
    plan: {
      canSubscribe: false,
      currency: "USD",
      externallyManaged: false,
      frequency: "",
      id: "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
      isSubscribed: false,
      legacyDiscount: false,
      legacyId: "free",
      name: "Free Website",
      price: 0,
    },
    status: "active",
    tenant: {},
    tenantUnit: {},
    type: "full",
    vanityNameServers: [],
    ...own,
    id,
  };
}
