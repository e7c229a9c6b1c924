import { randomBytes } from "node:crypto";

import { ProviderError, type CheckFailure, type Context, type Subject } from "./handler";
import type { Field, ResourceTable } from "./table";
import { isObject, UNKNOWN, type Props } from "./values";

/**
 * What `Check` answers: inputs with defaults and auto-names as the real provider adds them, and
 * every refusal. Names given earlier by auto-naming are kept.
 */
export function check(
  table: ResourceTable,
  subject: Subject,
  olds: Props,
  news: Props,
  context: Context,
): { inputs: Props; failures: CheckFailure[] } {
  const failures: CheckFailure[] = [];
  const inputs = fill(table, table.inputs, news);
  if (table.style === "sdkv2") applyAutoName(table, subject, olds, inputs);
  judge(table, table.inputs, inputs, "", subject, failures);
  failures.push(...(table.validate?.(inputs, subject, context) ?? []));
  return { inputs, failures };
}

function fill(table: ResourceTable, fields: Readonly<Record<string, Field>>, news: Props): Props {
  const inputs: Props = {};
  const defaults: string[] = [];
  for (const [key, value] of Object.entries(news)) {
    if (key === "__defaults") continue;
    const field = fields[key];
    // The SDK drops unknown properties at the top; nested ones reach Check and are judged there.
    if (value !== null && value !== undefined) inputs[key] = fillNested(table, key, field, value);
  }
  for (const [key, field] of Object.entries(fields)) {
    if (field.default === undefined || inputs[key] !== undefined) continue;
    inputs[key] = field.default;
    defaults.push(key);
  }
  return table.style === "sdkv2" ? { __defaults: defaults.sort(), ...inputs } : inputs;
}

function fillNested(
  table: ResourceTable,
  key: string,
  field: Field | undefined,
  value: unknown,
): unknown {
  // The bridge's bookkeeping stands in maps (tags) as it does in objects.
  if (field?.type === "map" && table.style === "sdkv2" && isObject(value)) {
    return { __defaults: [], ...value };
  }
  if (!field?.fields) return coerce(table, key, field, value);
  const members = field.fields;
  const one = (item: unknown): unknown => (isObject(item) ? fill(table, members, item) : item);
  // A Terraform block that occurs once at most is an object here; a list of one is taken for it.
  if (field.type === "object" && Array.isArray(value) && value.length === 1) return one(value[0]);
  return Array.isArray(value) ? value.map(one) : one(value);
}

/**
 * Terraform's type system accepts "300" for a number, "true" for a boolean, and, behind the bridge,
 * a single value for a list of one. Throws `ProviderError` for text that is no whole number.
 */
function coerce(
  table: ResourceTable,
  key: string,
  field: Field | undefined,
  value: unknown,
): unknown {
  if (typeof value !== "string" || value === UNKNOWN) return value;
  const isList = field?.type === "list" || field?.type === "set";
  if (isList && table.style === "sdkv2") return [value];
  if (field?.type === "boolean" && (value === "true" || value === "false")) return value === "true";
  if (field?.type !== "integer") return value;
  if (/^-?\d+$/.test(value)) return Number(value);
  if (table.style !== "sdkv2") return value;
  throw new ProviderError(`${snake(key)}: strconv.ParseInt: parsing "${value}": invalid syntax`);
}

function applyAutoName(table: ResourceTable, subject: Subject, olds: Props, inputs: Props): void {
  const key = table.autoName;
  if (!key || inputs[key] !== undefined) return;
  // Removing a given name from the program keeps it: the bridge prefers any prior value.
  inputs[key] =
    typeof olds[key] === "string"
      ? olds[key]
      : `${subject.name}-${randomBytes(4).toString("hex").slice(0, 7)}`;
  inputs["__defaults"] = [...(inputs["__defaults"] as string[]), key].sort();
}

function judge(
  table: ResourceTable,
  fields: Readonly<Record<string, Field>>,
  inputs: Props,
  path: string,
  subject: Subject,
  failures: CheckFailure[],
): void {
  for (const [key, field] of Object.entries(fields)) {
    const value = inputs[key];
    if (value === undefined) {
      if (field.required) failures.push(missing(table, key, path, subject));
      continue;
    }
    if (value === UNKNOWN) continue;
    const place = `${path}${key}`;
    if (field.type === "boolean" && typeof value === "string" && table.style === "sdkv2") {
      // The words are the bridge's own, an empty quotation included.
      const reason = `cannot parse '' as bool: strconv.ParseBool: parsing "${value}": invalid syntax. Examine values at '${subject.name}.${place}'.`;
      failures.push({ property: "", reason });
    }
    if (field.oneOf && !field.oneOf.includes(String(value))) {
      failures.push({ property: "", reason: notOneOf(table, field.oneOf, value, place, subject) });
    }
    const refusal = field.refuse?.(value, subject, place);
    if (refusal !== undefined) failures.push({ property: "", reason: refusal });
    if (!field.fields) continue;
    const items = Array.isArray(value) ? value : [value];
    items.forEach((item, index) => {
      const prefix = Array.isArray(value) ? `${place}[${index}].` : `${place}.`;
      if (!isObject(item)) return;
      judge(table, field.fields!, item, prefix, subject, failures);
      if (table.style === "sdkv2") judgeKeys(field.fields!, item, prefix, subject, failures);
    });
  }
}

/** Below the top level an unknown key is refused; at the top the SDK has dropped it already. */
function judgeKeys(
  fields: Readonly<Record<string, Field>>,
  item: Props,
  prefix: string,
  subject: Subject,
  failures: CheckFailure[],
): void {
  for (const key of Object.keys(item)) {
    if (key === "__defaults" || key in fields) continue;
    const reason = `Invalid or unknown key. Examine values at '${subject.name}.${prefix}${key}'.`;
    failures.push({ property: "", reason });
  }
}

function missing(table: ResourceTable, key: string, path: string, subject: Subject): CheckFailure {
  if (table.missing) return { property: "", reason: table.missing(`${path}${key}`, subject) };
  const reason =
    table.style === "sdkv2"
      ? `Missing required argument. The argument "${terraformPath(`${path}${key}`)}" is required, but no definition was found.. Examine values at '${subject.name}.${path}${key}'.`
      : `Missing required property '${path}${key}'`;
  return { property: "", reason };
}

function notOneOf(
  table: ResourceTable,
  allowed: readonly string[],
  value: unknown,
  place: string,
  subject: Subject,
): string {
  const list = allowed.map((item) => `"${item}"`).join(" ");
  return table.style === "sdkv2"
    ? `expected ${terraformPath(place)} to be one of [${list}], got ${String(value)}. Examine values at '${subject.name}.${place}'.`
    : `Invalid Attribute Value Match. Attribute ${terraformPath(place)} value must be one of: [${list}], got: "${String(value)}". Examine values at '${subject.name}.${place}'.`;
}

/** `inboundRules[0].portRange` in Terraform's spelling: `inbound_rule.0.port_range`. */
function terraformPath(path: string): string {
  return snake(path.replace(/s?\[(\d+)\]/g, ".$1"));
}

/** camelCase to snake_case. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
