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
  const inputs = fill(table, table.inputs, news, olds);
  if (table.style === "sdkv2") applyAutoName(table, subject, olds, inputs);
  judge(table, table.inputs, inputs, top, subject, failures);
  failures.push(...(table.validate?.(inputs, subject, context) ?? []));
  return { inputs, failures };
}

function fill(
  table: ResourceTable,
  fields: Readonly<Record<string, Field>>,
  news: Props,
  olds: Props,
): Props {
  const inputs: Props = {};
  const defaults: string[] = [];
  for (const [key, value] of Object.entries(news)) {
    if (key === "__defaults") continue;
    const field = fields[key];
    // The SDK drops unknown properties at the top; nested ones reach Check and are judged there.
    if (value !== null && value !== undefined) {
      inputs[key] = fillNested(table, key, field, value, olds[key]);
    }
  }
  for (const [key, field] of Object.entries(fields)) {
    const value = defaultOf(table, key, field, olds);
    if (value === undefined || inputs[key] !== undefined) continue;
    inputs[key] = value;
    defaults.push(key);
  }
  return table.style === "sdkv2" ? { __defaults: defaults.sort(), ...inputs } : inputs;
}

/**
 * A field's default. What was a default before is kept, and after a refresh nobody knows what was
 * one: then everything counts that has a default at all.
 */
function defaultOf(table: ResourceTable, key: string, field: Field, olds: Props): unknown {
  if (table.style !== "sdkv2") return field.default;
  const former = olds["__defaults"];
  const kept = Array.isArray(former) ? former.includes(key) : key in olds;
  const had = field.default !== undefined || field.remembered === true;
  return kept && had && olds[key] !== null ? olds[key] : field.default;
}

function fillNested(
  table: ResourceTable,
  key: string,
  field: Field | undefined,
  value: unknown,
  old: unknown,
): unknown {
  // The bridge's bookkeeping stands in maps (tags) as it does in objects.
  if (field?.type === "map" && table.style === "sdkv2" && isObject(value)) {
    return { __defaults: [], ...value };
  }
  if (!field?.fields) return coerce(table, key, field, value);
  const members = field.fields;
  const one = (item: unknown, before: unknown): unknown =>
    isObject(item) ? fill(table, members, item, isObject(before) ? before : {}) : item;
  // A Terraform block that occurs once at most is an object here; a list of one is taken for it.
  if (field.type === "object" && Array.isArray(value) && value.length === 1) {
    return one(value[0], old);
  }
  return Array.isArray(value)
    ? value.map((item, index) => one(item, Array.isArray(old) ? old[index] : undefined))
    : one(value, old);
}

/**
 * Terraform's type system accepts "300" for a number, 300 for a text, "true" for a boolean, and,
 * behind the bridge, a single value for a list of one and the whole part of a number for an integer.
 * Throws `ProviderError` for text that is no whole number.
 */
function coerce(
  table: ResourceTable,
  key: string,
  field: Field | undefined,
  value: unknown,
): unknown {
  if (value === UNKNOWN) return value;
  if (table.style === "sdkv2" && (field?.type === "list" || field?.type === "set")) {
    const items = Array.isArray(value) ? value : typeof value === "string" ? [value] : undefined;
    return (
      items?.map((item, index) => scalar(table, `${key}[${index}]`, field.items, item)) ?? value
    );
  }
  return scalar(table, key, field?.type, value);
}

function scalar(
  table: ResourceTable,
  place: string,
  type: Field["type"] | undefined,
  value: unknown,
): unknown {
  if (value === UNKNOWN) return value;
  if (type === "string" && table.style === "sdkv2" && typeof value === "number") {
    return String(value);
  }
  if (type === "integer" && table.style === "sdkv2" && typeof value === "number") {
    return Math.trunc(value);
  }
  if (typeof value !== "string") return value;
  if (type === "boolean" && (value === "true" || value === "false")) return value === "true";
  if (type !== "integer") return value;
  if (/^-?\d+$/.test(value)) return Number(value);
  if (table.style !== "sdkv2") return value;
  throw new ProviderError(`${snake(place)}: strconv.ParseInt: parsing "${value}": invalid syntax`);
}

function applyAutoName(table: ResourceTable, subject: Subject, olds: Props, inputs: Props): void {
  const key = table.autoName;
  if (!key || inputs[key] !== undefined) return;
  if (table.autoNamePrefix !== undefined && inputs[table.autoNamePrefix] !== undefined) return;
  // Removing a given name from the program keeps it: the bridge prefers any prior value.
  inputs[key] =
    typeof olds[key] === "string"
      ? olds[key]
      : `${subject.name}-${randomBytes(4).toString("hex").slice(0, 7)}`;
  inputs["__defaults"] = [...(inputs["__defaults"] as string[]), key].sort();
}

/** A path below the resource, as Pulumi and as Terraform spell it, each with its last dot. */
interface Prefix {
  readonly pulumi: string;
  readonly terraform: string;
}
const top: Prefix = { pulumi: "", terraform: "" };

function judge(
  table: ResourceTable,
  fields: Readonly<Record<string, Field>>,
  inputs: Props,
  prefix: Prefix,
  subject: Subject,
  failures: CheckFailure[],
): void {
  for (const [key, field] of Object.entries(fields)) {
    const value = inputs[key];
    const place = {
      pulumi: `${prefix.pulumi}${key}`,
      terraform: `${prefix.terraform}${snake(key)}`,
    };
    if (value === undefined) {
      if (field.required) failures.push(missing(table, place, subject));
      continue;
    }
    if (value === UNKNOWN) continue;
    if (field.type === "boolean" && typeof value === "string" && table.style === "sdkv2") {
      // The words are the bridge's own, an empty quotation included.
      const reason = `cannot parse '' as bool: strconv.ParseBool: parsing "${value}": invalid syntax. Examine values at '${subject.name}.${place.pulumi}'.`;
      failures.push({ property: "", reason });
    }
    if (field.type === "map" && typeof value === "string" && table.style === "sdkv2") {
      const reason = `Attribute must be a map. Examine values at '${subject.name}.${place.pulumi}'.`;
      failures.push({ property: "", reason });
    }
    if (field.oneOf && !field.oneOf.includes(String(value))) {
      failures.push({ property: "", reason: notOneOf(table, field.oneOf, value, place, subject) });
    }
    const refusal = field.refuse?.(value, subject, place.pulumi);
    if (refusal !== undefined) failures.push({ property: "", reason: refusal });
    if (field.fields) judgeMembers(table, field, place, value, subject, failures);
  }
}

function judgeMembers(
  table: ResourceTable,
  field: Field,
  place: Prefix,
  value: unknown,
  subject: Subject,
  failures: CheckFailure[],
): void {
  const items = Array.isArray(value) ? value : [value];
  items.forEach((item, index) => {
    if (!isObject(item)) return;
    // A block that occurs once is a list of one to Terraform, and a list's name is in the singular.
    const one = place.terraform.replace(/s$/, "");
    const prefix = Array.isArray(value)
      ? { pulumi: `${place.pulumi}[${index}].`, terraform: `${one}.${index}.` }
      : { pulumi: `${place.pulumi}.`, terraform: `${place.terraform}.0.` };
    judge(table, field.fields!, item, prefix, subject, failures);
    if (table.style !== "sdkv2") return;
    for (const key of Object.keys(item)) {
      if (key === "__defaults" || key in field.fields!) continue;
      // A member of a set has no place of its own.
      const where = field.type === "set" ? place.pulumi : `${prefix.pulumi}${key}`;
      const reason = `Invalid or unknown key. Examine values at '${subject.name}.${where}'.`;
      failures.push({ property: "", reason });
    }
  });
}

function missing(table: ResourceTable, place: Prefix, subject: Subject): CheckFailure {
  const { pulumi, terraform } = place;
  if (table.missing) return { property: "", reason: table.missing(pulumi, subject) };
  const reason =
    table.style === "sdkv2"
      ? `Missing required argument. The argument "${terraform}" is required, but no definition was found.. Examine values at '${subject.name}.${pulumi}'.`
      : `Missing required property '${pulumi}'`;
  return { property: "", reason };
}

function notOneOf(
  table: ResourceTable,
  allowed: readonly string[],
  value: unknown,
  { pulumi, terraform }: Prefix,
  subject: Subject,
): string {
  const list = allowed.map((item) => `"${item}"`).join(" ");
  return table.style === "sdkv2"
    ? `expected ${terraform} to be one of [${list}], got ${String(value)}. Examine values at '${subject.name}.${pulumi}'.`
    : `Invalid Attribute Value Match. Attribute ${terraform} value must be one of: [${list}], got: "${String(value)}". Examine values at '${subject.name}.${pulumi}'.`;
}

/** camelCase to snake_case. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
