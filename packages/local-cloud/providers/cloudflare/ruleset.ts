import type { Context } from "../../emulator/handler";
import type { Field } from "../../emulator/table";
import { equal, isObject, UNKNOWN, type Props } from "../../emulator/values";
import { newId, refusal, stamp, zoneOf, type Request } from "./api";
import { malformedId, type ObjectType } from "./object";

const path = (outputs: Props, id = "") =>
  `/zones/${String(outputs["zoneId"])}/rulesets${id === "" ? "" : `/${id}`}`;

const inputs: Readonly<Record<string, Field>> = {
  zoneId: { type: "string", forceNew: true },
  kind: { type: "string", required: true, forceNew: true },
  name: { type: "string", required: true },
  phase: { type: "string", required: true, forceNew: true },
  description: { type: "string", absent: "" },
  rules: { type: "list" },
};

/** Kind of a zone's rulesets in the world. */
export const rulesetKind = "cloudflare/ruleset";

/**
 * Rulesets of a zone; a phase has one of kind `zone`, and a second is refused (20217). Source: the
 * provider's recorded calls, for the refusal those of others that they published.
 */
export const ruleset: ObjectType = {
  type: "cloudflare:index/ruleset:Ruleset",
  kind: rulesetKind,
  inputs,
  outputs: { lastUpdated: UNKNOWN, version: UNKNOWN },
  descriptions: {
    kind: "The kind of the ruleset.",
    name: "The human-readable name of the ruleset.",
    phase: "The phase of the ruleset.",
  },
  volatile: () => ["lastUpdated", "version"],
  same: (key, state, planned) => key === "rules" && sameRules(state, planned),
  plan(planned, _news, olds) {
    if (olds && sameRules(olds["rules"], planned["rules"])) {
      return { ...planned, rules: olds["rules"] };
    }
    const rules = Array.isArray(planned["rules"]) ? planned["rules"].map(plannedRule) : undefined;
    return rules ? { ...planned, rules } : planned;
  },
  parseImport(id) {
    const [scope, zoneId, rulesetId, ...rest] = id.split("/");
    if (scope !== "zones" || !zoneId || !rulesetId || rest.length > 0) {
      throw malformedId("<{accounts|zones}/{account_id|zone_id}>/<ruleset_id>", id);
    }
    return { id: rulesetId, known: { zoneId } };
  },
  request: (method, id, outputs) => ({ method, path: path(outputs, id) }),
  notFound: { code: 10003, message: "could not find ruleset" },
  create(planned, context) {
    const request = { method: "POST", path: path(planned) } as const;
    zoneOf(context, request, planned["zoneId"]);
    refuseSecond(planned, context, request);
    return {
      id: newId(),
      outputs: { lastUpdated: stamp(context), version: "1", rules: made(planned["rules"], []) },
    };
  },
  update(_id, planned, context, olds) {
    zoneOf(context, { method: "PUT", path: path(planned) }, planned["zoneId"]);
    return {
      lastUpdated: stamp(context),
      version: String(Number(olds["version"] ?? 0) + 1),
      rules: made(planned["rules"], Array.isArray(olds["rules"]) ? olds["rules"] : []),
    };
  },
};

function refuseSecond(planned: Props, context: Context, request: Request): void {
  const { kind, phase, zoneId } = planned;
  const held = context.world.find(
    rulesetKind,
    (data) => data["zoneId"] === zoneId && data["kind"] === kind && data["phase"] === phase,
  );
  if (kind !== "zone" || !held) return;
  throw refusal(context, request, 400, {
    code: 20217,
    message: `'zone' is not a valid value for kind because exceeded maximum number of zone rulesets for phase ${String(phase)}`,
    source: { pointer: "/kind" },
  });
}

const computed = { id: UNKNOWN, logging: UNKNOWN, ref: UNKNOWN };

function plannedRule(rule: unknown): unknown {
  return isObject(rule) ? { actionParameters: {}, ...computed, ...rule } : rule;
}

/** Rules with their ids: one keeps the id of the former rule with its `ref`, else with its place. */
function made(rules: unknown, before: readonly unknown[]): unknown {
  if (!Array.isArray(rules)) return rules;
  return rules.map((rule: unknown, index) => {
    if (!isObject(rule)) return rule;
    const named = before.find((former) => isObject(former) && former["ref"] === rule["ref"]);
    const old = named ?? before[index];
    const id = isObject(old) && typeof old["id"] === "string" ? old["id"] : newId();
    const { logging, ref, ...rest } = rule;
    return {
      ...rest,
      id,
      ref: ref === UNKNOWN ? id : ref,
      ...(logging === UNKNOWN ? {} : { logging }),
    };
  });
}

/** Compares what the program says of each rule; what only the cloud fills in does not count. */
function sameRules(state: unknown, planned: unknown): boolean {
  if (!Array.isArray(state) || !Array.isArray(planned)) return false;
  if (state.length !== planned.length) return false;
  return planned.every((rule: unknown, index) => {
    const held: unknown = state[index];
    if (!isObject(rule) || !isObject(held)) return equal(rule, held);
    return Object.entries(rule).every(
      ([key, value]) => value === UNKNOWN || equal(held[key] ?? null, value ?? null),
    );
  });
}
