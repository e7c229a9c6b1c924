import type { z } from "zod";
import { problemsOf } from "./issues";
import type { Problem } from "../fleet/problem";
import { placeOf } from "../fleet/show";

/**
 * A config of which any part may be absent. The cross-checks read this form, so that one wrong
 * field does not hide what else is wrong: they run on all that is well-formed.
 */
export type Loose<T> = T extends readonly (infer Element)[]
  ? readonly Loose<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Loose<T[Key]> | undefined }
    : T;

/** A reading: the well-formed parts and what is wrong with the rest. */
export interface Reading<T> {
  readonly value: Loose<T>;
  readonly problems: readonly Problem[];
  /** Places whose value was left out because its form is wrong. */
  readonly broken: readonly string[];
}

/** Reads a config by its schema. `file` is named in problems when it is another stack's. */
export function read<T>(schema: z.ZodType<T>, input: unknown, file?: string): Reading<T> {
  const result = schema.safeParse(input);
  if (result.success) return { value: loosened(result.data), problems: [], broken: [] };
  const { issues } = result.error;
  const paths = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => [...issue.path, key])
      : [issue.path],
  );
  // Without the paths complained of, the copy is the config with holes: exactly the loose form.
  const value = without(structuredClone(input), paths) as Loose<T>;
  const broken = issues
    .filter((issue) => issue.code !== "unrecognized_keys")
    .map((issue) => placeOf(issue.path, file));
  return { value, problems: problemsOf(schema, issues, input, file), broken };
}

/** A complete value is a loose one; the compiler cannot see it through the conditional type. */
function loosened<T>(value: T): Loose<T> {
  return value as Loose<T>;
}

/** Removes values by path, last elements of lists first so that indexes stay true. */
function without(root: unknown, paths: readonly PropertyKey[][]): unknown {
  if (paths.some((path) => path.length === 0)) return {};
  const once = new Map(paths.map((path) => [JSON.stringify(path), path]));
  for (const path of [...once.values()].sort(laterIndexFirst)) {
    const key = path.at(-1);
    const parent = path.slice(0, -1).reduce<unknown>(child, root);
    if (key === undefined || typeof parent !== "object" || parent === null) continue;
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else Reflect.deleteProperty(parent, key);
  }
  return root;
}

function child(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function laterIndexFirst(a: readonly PropertyKey[], b: readonly PropertyKey[]): number {
  const [last, other] = [a.at(-1), b.at(-1)];
  return typeof last === "number" && typeof other === "number" ? other - last : 0;
}
