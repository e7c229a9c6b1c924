import { randomBytes } from "node:crypto";

import { ProviderError, type Context } from "../../emulator/handler";
import type { Props } from "../../emulator/values";

const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
};

/** One request to the API, for the texts of its refusals. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the API's base: `/zones/<id>/dns_records`. */
  readonly path: string;
}

/** The API's refusal as the provider passes it on: the raw body in one line. */
export function refusal(
  context: Context,
  { method, path }: Request,
  status: 400 | 403 | 404,
  error: { readonly code: number; readonly message: string } & Props,
): ProviderError {
  const body = JSON.stringify({ result: null, success: false, errors: [error], messages: [] });
  return new ProviderError(
    `failed to make http request: ${method} "${base(context)}${path}": ${status} ${reasons[status]} ${body}`,
  );
}

function base(context: Context): string {
  return String(context.config["baseUrl"] ?? "https://api.cloudflare.com/client/v4");
}

/**
 * Refuses a request without credentials, or with a token that cannot be one, as the API does. The
 * local cloud takes any token of the right form.
 */
export function authorize(context: Context, request: Request): void {
  const { config } = context;
  if (config["apiToken"] || config["apiKey"] || config["apiUserServiceKey"]) return;
  const token = context.environment("CLOUDFLARE_API_TOKEN");
  if (token) {
    if (tokenForm.test(token)) return;
    if (/[\r\n]/.test(token)) {
      const method = request.method[0] + request.method.slice(1).toLowerCase();
      throw new ProviderError(
        `failed to make http request: ${method} "${base(context)}${request.path}": net/http: invalid header field value for "Authorization"`,
      );
    }
    throw refusal(context, request, 400, {
      code: 6003,
      message: "Invalid request headers",
      error_chain: [{ code: 6111, message: "Invalid format for Authorization header" }],
    });
  }
  if (context.environment("CLOUDFLARE_API_KEY")) return;
  throw refusal(context, request, 400, {
    code: 9106,
    message: "Missing X-Auth-Key, X-Auth-Email or Authorization headers",
  });
}

/** What an API token looks like. Source: the provider's own validator. */
export const tokenForm = /^[0-9A-Za-z\-_]{40,80}$/;

/**
 * The zone that a request names. Refuses ids that cannot be one (404) and zones that this account
 * does not hold (403), as the API does.
 */
export function zoneOf(
  context: Context,
  request: Request,
  id: unknown,
): { id: string; name: string } {
  if (id === undefined || id === null || id === "") {
    throw new ProviderError("failed to make http request: missing required zone_id parameter");
  }
  authorize(context, request);
  const zone = context.world.get("cloudflare/zone", String(id));
  if (zone) return { id: zone.id, name: String(zone.data["name"]) };
  if (!/^[0-9a-f]{32}$/.test(String(id))) throw noRoute(context, request);
  throw refusal(context, request, 403, { code: 10000, message: "Authentication error" });
}

/** The API's answer to an id that leads nowhere. */
export function noRoute(context: Context, request: Request): ProviderError {
  return refusal(context, request, 404, {
    code: 7003,
    message: `Could not route to ${request.path}, perhaps your object identifier is invalid?`,
  });
}

/** An object id: 32 hexadecimal digits. */
export function newId(): string {
  return randomBytes(16).toString("hex");
}

/** The cloud's time as outputs show it: whole seconds. */
export function stamp(context: Context): string {
  return context
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}
