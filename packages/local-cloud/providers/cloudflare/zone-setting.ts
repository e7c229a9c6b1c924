import { UNKNOWN, type Props } from "../../emulator/values";
import type { World } from "../../emulator/world";
import { refusal, stamp, zoneOf, type Request } from "./api";
import { malformedId, type ObjectType } from "./object";

const onOff = ["off", "on"];

/** Settings of a zone with the values they take, the first one being theirs from the start. */
const settings: Readonly<Record<string, readonly string[]>> = {
  always_online: onOff,
  always_use_https: onOff,
  automatic_https_rewrites: ["on", "off"],
  brotli: ["on", "off"],
  browser_check: ["on", "off"],
  cache_level: ["aggressive", "basic", "simplified"],
  development_mode: onOff,
  email_obfuscation: ["on", "off"],
  hotlink_protection: onOff,
  http2: ["on", "off"],
  http3: ["on", "off"],
  ip_geolocation: ["on", "off"],
  ipv6: ["on", "off"],
  min_tls_version: ["1.0", "1.1", "1.2", "1.3"],
  opportunistic_encryption: ["on", "off"],
  security_level: ["medium", "off", "essentially_off", "low", "high", "under_attack"],
  server_side_exclude: ["on", "off"],
  ssl: ["full", "off", "flexible", "strict", "origin_pull"],
  // Unrecorded: the published API. Whether a zone is in it from the start depends on its age.
  ssl_automatic_mode: ["auto", "custom"],
  tls_1_3: ["on", "off", "zrt"],
  tls_client_auth: onOff,
  websockets: ["on", "off"],
};

const settingKind = "cloudflare/zone_setting";

/**
 * Settings of a zone. Every zone has them all from the start, and deleting the resource leaves its
 * value. Source: the provider's recorded calls; the list is the part of the API that takes texts.
 */
export const zoneSetting: ObjectType = {
  type: "cloudflare:index/zoneSetting:ZoneSetting",
  kind: settingKind,
  inputs: {
    settingId: { type: "string", required: true, forceNew: true },
    value: { type: "string", required: true },
    zoneId: { type: "string", forceNew: true },
  },
  outputs: { editable: UNKNOWN, enabled: UNKNOWN, modifiedOn: UNKNOWN, timeRemaining: UNKNOWN },
  descriptions: {
    settingId: "Setting name",
    value: "Current value of the zone setting.",
  },
  volatile: () => ["editable", "enabled", "modifiedOn", "timeRemaining"],
  key: (id, outputs) => `${String(outputs["zoneId"])}/${id}`,
  parseImport(id) {
    const [zoneId, settingId, ...rest] = id.split("/");
    if (!zoneId || !settingId || rest.length > 0) throw malformedId("<zone_id>/<setting_id>", id);
    return { id: settingId, known: { zoneId } };
  },
  request: (method, id, outputs) => ({
    method: method === "PUT" ? "PATCH" : method,
    path: `/zones/${String(outputs["zoneId"])}/settings/${id}`,
  }),
  notFound: { code: 1006, message: "Undefined zone setting" },
  deletes: false,
  create(planned, context) {
    context.log(
      "warning",
      "This resource cannot be destroyed from Terraform. If you create this resource, it will be present in the API until manually deleted.",
    );
    const id = String(planned["settingId"]);
    return { id, outputs: patched(id, planned, context) };
  },
  update: (id, planned, context) => patched(id, planned, context),
  implicit(id, known, context) {
    const value = settings[id]?.[0];
    const zoneId = String(known["zoneId"]);
    if (value === undefined || !context.world.get("cloudflare/zone", zoneId)) return undefined;
    return { id, settingId: id, zoneId, value, editable: true };
  },
};

/** A setting's value, for whoever serves by it; undefined for one that does not exist. */
export function settingOf(world: World, zoneId: string, settingId: string): unknown {
  const held = world.get(settingKind, `${zoneId}/${settingId}`)?.data["value"];
  return held ?? settings[settingId]?.[0];
}

function patched(id: string, planned: Props, context: Parameters<typeof stamp>[0]): Props {
  const request: Request = {
    method: "PATCH",
    path: `/zones/${String(planned["zoneId"])}/settings/${id}`,
  };
  zoneOf(context, request, planned["zoneId"]);
  const allowed = settings[id];
  if (!allowed) {
    throw refusal(context, request, 400, { code: 1006, message: `Undefined zone setting: ${id}` });
  }
  if (!allowed.includes(String(planned["value"]))) {
    throw refusal(context, request, 400, {
      code: 1007,
      message: `Invalid value for zone setting ${id}`,
    });
  }
  return { editable: true, modifiedOn: stamp(context), enabled: null, timeRemaining: null };
}
