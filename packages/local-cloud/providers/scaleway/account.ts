import { createHash, randomUUID } from "node:crypto";

import type { Context } from "../../emulator/handler";
import { UNKNOWN, type Props } from "../../emulator/values";
import { zones } from "./catalog";
import { ApiError, PluginError } from "./errors";

/** Organization of every account on the local cloud; its first project has the same id. */
export const organizationId = "105bdce1-64c0-48ab-899d-868455867ecf";

const zoneForm = /^[a-z]{2}-[a-z]{3}-\d$/;
const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Environment variables behind provider configuration that the program leaves out. */
export const variables: Readonly<Record<string, string>> = {
  accessKey: "SCW_ACCESS_KEY",
  secretKey: "SCW_SECRET_KEY",
  organizationId: "SCW_ORGANIZATION_ID",
  projectId: "SCW_DEFAULT_PROJECT_ID",
  region: "SCW_DEFAULT_REGION",
  zone: "SCW_DEFAULT_ZONE",
};

/**
 * A value of the provider's configuration. The plugin reads the environment by itself once more: an
 * import configures it with what the program says, not with what CheckConfig made of it.
 */
export function setting(key: keyof typeof variables, context: Context): string | undefined {
  const value = context.config[key] ?? context.environment(variables[key]!);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** True for text in the form of a UUID. */
export function isUuid(value: unknown): boolean {
  return typeof value === "string" && uuidForm.test(value);
}

/** True for text in the form of a zone, whether or not that zone exists. */
export function isZone(value: unknown): boolean {
  return typeof value === "string" && zoneForm.test(value);
}

/** Reads input that only has to be a UUID; the text the provider gives otherwise. */
export function uuidProblem(value: unknown): string | undefined {
  if (value === UNKNOWN || isUuid(value)) return undefined;
  return `invalid UUID: ${String(value)}. format should be 'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx' (36) and contains valid hexadecimal characters`;
}

/** The zone a resource goes to: its own input, the provider's, then fr-par-1. */
export function zoneOf(inputs: Props, context: Context): string {
  return String(inputs["zone"] ?? setting("zone", context) ?? "fr-par-1");
}

/** The zone for an API call; refuses one of bad form, as the SDK does before calling. */
export function zoneForCall(inputs: Props, context: Context): string {
  const zone = zoneOf(inputs, context);
  if (!isZone(zone)) {
    throw new ApiError(`bad zone format, available zones are: ${zones.join(", ")}`);
  }
  return zone;
}

/** `projectId` and `organizationId` of a new object. */
export function ownership(inputs: Props, context: Context): Props {
  const projectId = inputs["projectId"] ?? setting("projectId", context) ?? organizationId;
  return { projectId, organizationId };
}

/** A new `zone/uuid`. */
export function newId(zone: string): string {
  return `${zone}/${randomUUID()}`;
}

/** The id of something that exists from the start, the same in every run: an image, a group. */
export function fixedId(zone: string, of: string): string {
  const hex = createHash("sha256").update(`${zone} ${of}`).digest("hex");
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ];
  return `${zone}/${[...parts, hex.slice(20, 32)].join("-")}`;
}

/** Refuses an import or read by a bare uuid where the id is `zone/uuid`. */
export function localizedId(id: string): string {
  if (!/^[^/]+\/[^/]+$/.test(id)) throw new PluginError(`cant parse localized id: ${id}`);
  return id;
}

/** `zone/uuid` of a reference, which may be given as a bare uuid. */
export function inZone(zone: string, id: unknown): string {
  const text = String(id);
  return text.includes("/") ? text : `${zone}/${text}`;
}

/** True when two references differ at most in naming the zone (the provider ignores that). */
export function sameId(a: unknown, b: unknown): boolean {
  if (typeof a !== "string" || typeof b !== "string") return false;
  return a.split("/").at(-1) === b.split("/").at(-1);
}

/** An instant as the API writes it. */
export function stamp(context: Context): string {
  return context
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}

/** Every API call needs a key; without one the API answers 401. */
export function authenticate(context: Context): void {
  if (setting("secretKey", context) === undefined) {
    throw new ApiError("denied authentication: invalid API key format or empty value");
  }
}

/** Keeps the state's tags when the cloud has none: the provider sets them only when there are any. */
export function readTags(data: Props, known: Props): unknown {
  const tags = data["tags"];
  return Array.isArray(tags) && tags.length > 0 ? tags : (known["tags"] ?? null);
}

/** Refuses input whose reference is in another zone than the resource (`ip_ids.0 …`). */
export function checkLocality(
  zone: string,
  references: readonly (readonly [field: string, id: unknown])[],
): void {
  if (!isZone(zone)) throw new PluginError("missing locality zone or region to check IDs");
  for (const [field, id] of references) {
    if (typeof id !== "string" || id === UNKNOWN || !id.includes("/")) continue;
    if (id.split("/")[0] !== zone) {
      throw new PluginError(
        `given ${field} ${id} has different locality than the resource "${zone}"`,
      );
    }
  }
}
