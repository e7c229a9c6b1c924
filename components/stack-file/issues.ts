import { z } from "zod";
import { hints, type Hint } from "../fleet/hints";
import { suggest } from "../fleet/nearest";
import type { Problem } from "../fleet/problem";
import { keyText, kindOf, placeOf, show } from "../fleet/show";

/** Turns zod's findings into problems in the user's terms. `file` is named when it is another's. */
export function problemsOf(
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
  input: unknown,
  file?: string,
): Problem[] {
  return issues.flatMap((issue) => {
    const field = schemaAt(schema, issue.path);
    const value = valueAt(input, issue.path);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey(key, field, issue.path, file));
    }
    return [fieldProblem(issue, hintOf(field), value, placeOf(issue.path, file))];
  });
}

/** What people look for and Berth does not have. */
const limits: ReadonlyMap<string, string> = new Map([
  ["port", "remove it: machines are reached on SSH's port 22 alone"],
]);

function unknownKey(
  key: string,
  field: z.ZodType | undefined,
  path: readonly PropertyKey[],
  file: string | undefined,
): Problem {
  const known = field instanceof z.ZodObject ? Object.keys(field.shape) : [];
  return {
    path: placeOf([...path, key], file),
    message: "is not a key that Berth knows",
    allowed: known.join(", "),
    fix: limits.get(key) ?? suggest(keyText(key), known, "remove it"),
  };
}

function fieldProblem(issue: z.core.$ZodIssue, hint: Hint, value: unknown, path: string): Problem {
  const missing = value === undefined || value === null;
  const received = missing || hint.secret === true ? undefined : show(value);
  return {
    path,
    message: missing
      ? `is ${value === null ? "empty" : "missing"}: ${hint.what} is needed`
      : messageOf(issue, hint, value),
    ...(received === undefined ? {} : { received }),
    ...(hint.allowed === undefined ? {} : { allowed: hint.allowed }),
    fix: fixOf(issue, hint, value),
  };
}

function messageOf(issue: z.core.$ZodIssue, hint: Hint, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.expected === "int" && typeof value === "number") return "must be a whole number";
      return `must be ${hint.what}, not ${kindOf(value)}`;
    case "too_small":
      return value === "" ? `is empty: ${hint.what} is needed` : `is too small for ${hint.what}`;
    default:
      return `is not ${hint.what}`;
  }
}

function fixOf(issue: z.core.$ZodIssue, hint: Hint, value: unknown): string {
  if (issue.code === "invalid_type" && typeof value === "string") {
    const quoted = /^(true|false)$/i.test(value) || /^\d+$/.test(value);
    if (quoted && (issue.expected === "boolean" || issue.expected !== "string")) {
      return `write ${value.toLowerCase()} without quotes`;
    }
  }
  if (issue.code === "invalid_type" && issue.expected === "string" && typeof value === "number") {
    return "put the value in quotes";
  }
  if (issue.code === "invalid_value" && typeof value === "string") {
    return suggest(value, issue.values.map(String), hint.fix);
  }
  return (typeof value === "string" ? hint.fixFor?.(value) : undefined) ?? hint.fix;
}

function hintOf(field: z.ZodType | undefined): Hint {
  return (field && hints.get(field)) ?? { what: "a value that fits", fix: "see the JSON schema" };
}

/** The schema that governs a path, without its `optional` wrapping. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let current: unknown = unwrapped(schema);
  for (const key of path) {
    if (current instanceof z.ZodObject) current = unwrapped(current.shape[String(key)]);
    else if (current instanceof z.ZodRecord) current = unwrapped(current.valueType);
    else if (current instanceof z.ZodArray) current = unwrapped(current.element);
    else return undefined;
  }
  return current instanceof z.ZodType ? current : undefined;
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined,
    input,
  );
}
