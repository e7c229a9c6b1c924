import { type Evasion } from "./evasion";

const zoneId = "b".repeat(32);
const expression = '(http.host in {"shop.example"})';
const strict = {
  ref: "berth_strict",
  action: "set_config",
  expression,
  actionParameters: { ssl: "strict" },
  enabled: true,
};

/** A ruleset of the component for zones, where `shop.example` was seen to serve a certificate. */
const rules =
  (inputs: object): Evasion[2] =>
  (stack) => {
    const parent = stack.add(
      "berth:edge:ZoneTls",
      "zone",
      { zone: "shop.example", hostnames: ["shop.example"] },
      {},
    );
    const lawful = { zoneId, kind: "zone", name: "default", phase: "http_config_settings" };
    stack.add(
      "cloudflare:index/ruleset:Ruleset",
      "zone-rules",
      { ...lawful, rules: [strict], ...inputs },
      { parent },
    );
  };

const setting =
  (settingId: string, value: string): Evasion[2] =>
  (stack) =>
    void stack.add("cloudflare:index/zoneSetting:ZoneSetting", "zone-setting", {
      zoneId,
      settingId,
      value,
    });

const lead = (ref: string, action: string, actionParameters: object) => [
  { ref, action, expression: "true", actionParameters, enabled: true },
];

/** What a lawful stack may declare of a zone, which the ways below change. */
export const lawfulZone = rules({});

/** Rules and settings of a zone by which visitors come elsewhere, or past what guards them. */
export const zones: readonly Evasion[] = [
  [
    "a rule that takes every request to another origin",
    "verify-origins",
    rules({
      phase: "http_request_origin",
      rules: lead("all", "route", { origin: { host: "evil.example" } }),
    }),
  ],
  [
    "a rule that sends visitors to another site",
    "verify-origins",
    rules({
      phase: "http_request_dynamic_redirect",
      rules: lead("berth_strict", "redirect", { fromValue: { statusCode: 302 } }),
    }),
  ],
  [
    "a rule that lets requests past the firewall",
    "verify-origins",
    rules({
      phase: "http_request_firewall_custom",
      rules: lead("x", "skip", { ruleset: "current" }),
    }),
  ],
  ["a ruleset that says no phase", "verify-origins", rules({ phase: "" })],
  [
    "a strict rule that is for no name",
    "verify-origins",
    rules({ rules: [{ ...strict, expression: "false" }] }),
  ],
  [
    "a strict rule that leaves paths out",
    "verify-origins",
    rules({ rules: [{ ...strict, expression: `${expression} and http.request.uri.path eq "/"` }] }),
  ],
  ["a zone that speaks old TLS", "verify-origins", setting("min_tls_version", "1.0")],
  ["a zone that is not guarded", "verify-origins", setting("security_level", "essentially_off")],
  ["a zone that serves without TLS", "verify-origins", setting("always_use_https", "off")],
];
