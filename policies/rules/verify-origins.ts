import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { above, input, type Resource } from "../judge/resource";
import { originPulls, rulesets, zoneSettings, zoneTls } from "../judge/types";
import { at, entries, strings, unknown, type Found } from "../../engine/values";

/** Settings of a zone by which the edge verifies origins, and the one lawful value of each. */
const lawful: Readonly<Record<string, string>> = { ssl: "strict", ssl_automatic_mode: "custom" };

/** The one phase of a zone's rules that a stack may declare: the others send visitors elsewhere, or let them by. */
const configuration = "http_config_settings";

/** The rule by which single hostnames are strict: the program's own. */
const strictRule = "berth_strict";

export const policy: Policy = {
  name: "verify-origins",
  rules: [27],
  description:
    "Where a stack sets how Cloudflare's edge talks to origins, the edge verifies their certificates: a " +
    "zone's mode is `strict` and not changed by Cloudflare itself, the rule for single hostnames is strict, " +
    "names those that its component does and is the last of the zone's, and the edge shows its client " +
    "certificate. No other setting of a zone is a stack's, and no rules but those of its configuration.",
  check: verifyOrigins,
};

/** Judges what says how the edge talks to an origin. */
export function* verifyOrigins(resource: Resource): Generator<Judgement> {
  if (resource.type === zoneSettings) yield* setting(resource);
  else if (resource.type === rulesets) yield* rules(resource);
  else if (resource.type === originPulls) yield* shown(resource);
}

function* setting(resource: Resource): Generator<Judgement> {
  const [id, value] = [input(resource, "settingId"), input(resource, "value")];
  if (id === unknown || (typeof id === "string" && id in lawful && value === unknown)) {
    yield unjudged(resource, id === unknown ? "settingId" : "value");
    return;
  }
  const wanted = lawful[String(id)];
  if (wanted === undefined) {
    yield violation(
      resource,
      `${String(id)} is a setting of the whole zone, which holds sites that are not ours`,
      "leave it to whoever sets the zone",
    );
    return;
  }
  if (value === wanted) return;
  yield violation(
    resource,
    `${String(id)} is ${String(value)}: the edge would take any machine for the origin, or none of it encrypted`,
    `set it to ${wanted}, or leave the zone to whoever sets it`,
  );
}

function* rules(resource: Resource): Generator<Judgement> {
  const phase = input(resource, "phase");
  if (phase === unknown) yield unjudged(resource, "phase");
  else if (phase !== configuration) {
    yield violation(
      resource,
      `its rules are of the phase ${String(phase ?? "that is not set")}, where they lead visitors elsewhere or past what guards them`,
      `declare rules of ${configuration} alone; others are made by hand`,
    );
    return;
  }
  const all = input(resource, "rules");
  if (all === unknown) {
    yield unjudged(resource, "rules");
    return;
  }
  const listed = entries(all);
  const index = listed.findIndex((rule) => at(rule, "ref") === strictRule);
  if (index < 0) return;
  const rule = listed[index];
  const strict = at(rule, "actionParameters", "ssl") === "strict" && at(rule, "enabled") === true;
  if (!strict) {
    yield violation(
      resource,
      `rules[${index}] is for the names of machines with a certificate, and not strict`,
      "set its actionParameters.ssl to strict, and enable it",
    );
  }
  yield* named(resource, index, at(rule, "expression"));
  if (index !== listed.length - 1) {
    yield violation(
      resource,
      `rules[${index}] is overridden by those after it`,
      "put it last, as Berth does",
    );
  }
}

/** Whether the rule is for all names that its component says were seen to serve a certificate. */
function* named(resource: Resource, index: number, expression: Found): Generator<Judgement> {
  const component = above(resource, zoneTls);
  if (!component) return;
  const names = component.inputs === undefined ? unknown : strings(input(component, "hostnames"));
  if (names === unknown || expression === unknown) {
    yield unjudged(resource, `rules[${index}].expression`);
    return;
  }
  const wanted = `(http.host in {${[...(names ?? [])]
    .sort()
    .map((name) => JSON.stringify(name))
    .join(" ")}})`;
  if (expression === wanted) return;
  yield violation(
    resource,
    `rules[${index}] is not for the names of machines with a certificate`,
    `set its expression to ${wanted}`,
  );
}

function* shown(resource: Resource): Generator<Judgement> {
  const configs = input(resource, "configs");
  if (configs === unknown) {
    yield unjudged(resource, "configs");
    return;
  }
  const off = entries(configs).findIndex((each) => at(each, "enabled") === false);
  if (off < 0) return;
  yield violation(
    resource,
    `configs[${off}] takes the edge's certificate away from a machine that may demand it`,
    "set enabled to true, or take the resource out",
  );
}
