import { z } from "zod";

/** What an error says about a field, besides its place and the value received. */
export interface Hint {
  /** What the field holds, with its article: `a domain name`. */
  readonly what: string;
  readonly allowed?: string;
  readonly fix: string;
  /** True: the value is never shown, because people paste secrets in its place. */
  readonly secret?: boolean;
  /** The fix for a value whose mistake can be told; undefined where it cannot. */
  readonly fixFor?: (value: string) => string | undefined;
}

/** Hints by schema; apart from zod's own metadata, which ends up in the JSON schema. */
export const hints = z.registry<Hint>();

/** A text of a fixed form. */
export function text(description: string, pattern: RegExp, hint: Hint): z.ZodString {
  return z.string().regex(pattern).describe(description).register(hints, hint);
}

/** One of some words. */
export function choice<const Words extends readonly [string, ...string[]]>(
  description: string,
  words: Words,
  hint: Omit<Hint, "allowed">,
) {
  return z
    .enum(words)
    .describe(description)
    .register(hints, { ...hint, allowed: words.join(", ") });
}

/** A whole number of at least `least`. */
export function count(description: string, least: number, hint: Omit<Hint, "allowed">) {
  return z
    .int()
    .min(least)
    .describe(description)
    .register(hints, { ...hint, allowed: `a whole number of at least ${least}` });
}

/**
 * A map from names that people choose to something. The form of the names goes into the JSON schema
 * alone: the cross-checks refuse bad ones with a better message, and still read what is below them.
 */
export function map<Value extends z.ZodType>(
  description: string,
  what: string,
  value: Value,
  names?: RegExp,
) {
  const key = names === undefined ? z.string() : z.string().meta({ pattern: names.source });
  return z
    .record(key, value)
    .describe(description)
    .register(hints, { what, fix: "write it as `name: …`, one a line" });
}

/** Keys that are all known. */
export function group<Shape extends z.ZodRawShape>(description: string, shape: Shape) {
  return z
    .strictObject(shape)
    .describe(description)
    .register(hints, {
      what: "a group of keys",
      allowed: Object.keys(shape).join(", "),
      fix: "write its keys below it, indented, or {} for none",
    });
}

/** A list. */
export function list<Element extends z.ZodType>(description: string, element: Element) {
  return z
    .array(element)
    .describe(description)
    .register(hints, { what: "a list", fix: "write it as `[one, two]`" });
}
