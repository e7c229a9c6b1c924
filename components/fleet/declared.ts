import type { z } from "zod";

/** What a schema reads, all of it readonly; what may be absent is absent, and never there as undefined. */
export type Declared<Schema extends z.ZodType> = Readonly<Deep<z.output<Schema>>>;

type Deep<T> = T extends readonly (infer Element)[]
  ? readonly Deep<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]: Deep<Exclude<T[Key], undefined>> }
    : T;

/** Reads a value that the checks have proven whole. Throws where a check let one pass that is not. */
export function wholeOf<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): Declared<Schema> {
  const reading = schema.safeParse(value);
  if (reading.success) return reading.data as Declared<Schema>;
  throw new Error("A check of the configuration let a value pass that does not fit.");
}
