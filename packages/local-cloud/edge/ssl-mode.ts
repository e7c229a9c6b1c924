import { isObject, type Props } from "../emulator/values";
import type { World } from "../emulator/world";
import { rulesetKind } from "../providers/cloudflare/ruleset";
import { settingOf } from "../providers/cloudflare/zone-setting";

/**
 * How the edge asks an origin for what a visitor asked for over TLS (a visitor's plain http goes to port
 * 80 but with `origin_pull`):
 * - `strict`, `origin_pull`: over TLS, with a certificate that verifies and covers the name,
 * - `full`: over TLS, whatever the certificate,
 * - `flexible`, `off`: in the clear.
 */
export const sslModes = ["strict", "origin_pull", "full", "flexible", "off"] as const;
export type SslMode = (typeof sslModes)[number];

/**
 * The mode that holds for a host name of a zone: the zone's, unless rules of the phase
 * `http_config_settings` say otherwise, of which the last that fits counts. Of their expressions those
 * are understood that name hosts (`http.host eq "…"`, `http.host in {"…" "…"}`, joined by `or`) and
 * `true`; other rules hold for no name here.
 */
export function sslModeOf(world: World, zoneId: string, host: string): SslMode {
  const rules = world
    .list(rulesetKind)
    .filter(({ data }) => data["zoneId"] === zoneId && data["phase"] === "http_config_settings")
    .flatMap(({ data }) => (Array.isArray(data["rules"]) ? (data["rules"] as unknown[]) : []))
    .filter(isObject);
  const fitting = rules.filter(
    (rule) =>
      rule["action"] === "set_config" &&
      rule["enabled"] !== false &&
      modeIn(rule) !== undefined &&
      names(String(rule["expression"]), host),
  );
  const last = fitting.at(-1);
  return (last && modeIn(last)) ?? known(settingOf(world, zoneId, "ssl")) ?? "full";
}

function modeIn({ actionParameters }: Props): SslMode | undefined {
  return isObject(actionParameters) ? known(actionParameters["ssl"]) : undefined;
}

function known(mode: unknown): SslMode | undefined {
  return sslModes.find((each) => each === mode);
}

/** Whether an expression names a host; false for one that says more than names. */
export function names(expression: string, host: string): boolean {
  const text = unwrapped(expression);
  if (text === "true") return true;
  const hosts: string[] = [];
  for (const part of text.split(/\s+or\s+/)) {
    const single = /^http\.host\s+eq\s+"([^"]*)"$/.exec(unwrapped(part));
    const list = /^http\.host\s+in\s+\{((?:\s*"[^"]*")+)\s*\}$/.exec(unwrapped(part));
    if (single) hosts.push(single[1]!);
    else if (list) hosts.push(...[...list[1]!.matchAll(/"([^"]*)"/g)].map(([, name]) => name!));
    else return false;
  }
  return hosts.some((each) => each.toLowerCase() === host);
}

/** Without the parentheses that hold all of it. */
function unwrapped(text: string): string {
  const trimmed = text.trim();
  const inner = /^\(([^()]*)\)$/.exec(trimmed)?.[1];
  if (inner !== undefined) return inner.trim();
  const whole = /^\((.*)\)$/s.exec(trimmed)?.[1];
  return whole !== undefined && isBalanced(whole) ? whole.trim() : trimmed;
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const letter of text) {
    depth += letter === "(" ? 1 : letter === ")" ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth === 0;
}
