import { ProviderError, type Context, type InvokeHandler } from "../../emulator/handler";
import type { Props } from "../../emulator/values";
import { refusal, zoneOf, type Request } from "./api";
import { rulesetKind } from "./ruleset";

/**
 * `getRulesets`: a zone's rulesets without their rules, and one of those that Cloudflare itself keeps
 * for every zone, of kind `managed`. Not recorded: arguments and results are the SDK's (6.22.1).
 */
export const getRulesets: InvokeHandler = (args, context) => {
  const zone = zoneOf(context, requestOf(args), args["zoneId"]);
  const own = context.world
    .list(rulesetKind)
    .filter(({ data }) => data["zoneId"] === zone.id)
    .map(({ id, data }) => summary(id, data));
  const rulesets = [managed, ...own].slice(0, Number(args["maxItems"] ?? 1000));
  return Promise.resolve({ ...args, results: rulesets, rulesets });
};

/** `getRuleset`: one ruleset of a zone with its rules. Not recorded either. */
export const getRuleset: InvokeHandler = (args, context) => {
  const id = args["id"] ?? args["rulesetId"];
  if (typeof id !== "string" || id === "") {
    throw new ProviderError("failed to make http request: missing required ruleset_id parameter");
  }
  const request = requestOf(args, id);
  const zone = zoneOf(context, request, args["zoneId"]);
  const held = rulesetOf(context, zone.id, id);
  if (!held) {
    throw refusal(context, request, 404, { code: 10003, message: "could not find ruleset" });
  }
  return Promise.resolve({ ...args, ...summary(id, held), id, rules: held["rules"] ?? [] });
};

function rulesetOf(context: Context, zoneId: string, id: string): Props | undefined {
  if (id === managed.id) return { ...managed, rules: [] };
  const data = context.world.get(rulesetKind, id)?.data;
  return data?.["zoneId"] === zoneId ? data : undefined;
}

function requestOf({ zoneId }: Props, id?: string): Request {
  const below = id === undefined ? "" : `/${id}`;
  return { method: "GET", path: `/zones/${String(zoneId)}/rulesets${below}` };
}

function summary(id: string, data: Props): Props {
  const { description = "", kind, lastUpdated = "", name, phase, version = "1" } = data;
  return { id, description, kind, lastUpdated, name, phase, version };
}

/** As every zone shows it. */
const managed = {
  id: "4d21379b4f9f4bb088e0729962c8b3cf",
  description: "Automatic mitigation of HTTP-based DDoS attacks.",
  kind: "managed",
  lastUpdated: "2025-01-01T00:00:00Z",
  name: "DDoS L7 ruleset",
  phase: "ddos_l7",
  version: "1",
};
