/** The phase of Cloudflare's configuration rules, which may set a mode for single hostnames. */
export const settingsPhase = "http_config_settings";

/** What tells Berth's rule from those that others wrote. */
export const strictRef = "berth_strict";

/** A rule as the zone holds it, in the provider's words; only what is named here is Berth's to read. */
export interface ZoneRule {
  readonly ref?: string;
  readonly action?: string;
  readonly expression?: string;
  readonly enabled?: boolean;
  readonly actionParameters?: { readonly ssl?: string };
  readonly [key: string]: unknown;
}

/** Of a rule that was looked up, what the provider takes as an input: it gives null for what is not there. */
export function asDeclared(rule: object): ZoneRule {
  const there = Object.entries(rule).filter(([, value]) => !isEmpty(value));
  return Object.fromEntries(
    there.map(([key, value]) => [key, isPlain(value) ? asDeclared(value) : (value as unknown)]),
  );
}

/**
 * A zone's rules with Berth's for these hostnames as the last, where it overrules those before it; every
 * other one stays as it was found. No hostname: none of Berth's.
 */
export function withStrict(
  found: readonly ZoneRule[],
  hostnames: readonly string[],
): readonly ZoneRule[] {
  const others = found.filter(({ ref }) => ref !== strictRef);
  if (hostnames.length === 0) return others;
  const listed = [...hostnames].sort().map((name) => JSON.stringify(name));
  return [
    ...others,
    {
      ref: strictRef,
      description: "Berth: origins show a certificate that is verified",
      expression: `(http.host in {${listed.join(" ")}})`,
      action: "set_config",
      actionParameters: { ssl: "strict" },
      enabled: true,
    },
  ];
}

/** The hostnames of Berth's rule among a zone's. */
export function strictNames(rules: readonly ZoneRule[]): readonly string[] {
  const own = rules.find(({ ref, enabled }) => ref === strictRef && enabled !== false);
  return [...(own?.expression ?? "").matchAll(/"([^"]+)"/g)].map(([, name]) => name!);
}

/** Descriptions of others' rules that set a mode too: theirs may be for the same names. */
export function othersModes(rules: readonly ZoneRule[]): readonly string[] {
  return rules
    .filter(({ ref, actionParameters }) => ref !== strictRef && actionParameters?.ssl !== undefined)
    .map(({ expression = "", actionParameters }) => `${actionParameters?.ssl} for ${expression}`);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isPlain(value) && Object.values(value).every(isEmpty);
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
