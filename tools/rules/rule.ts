/** How a rule of the manual is enforced. */
export type Enforcement =
  /** Validation refuses a stack file that breaks it. */
  | { readonly by: "config error"; readonly file: string }
  /** A policy refuses a plan that breaks it. */
  | { readonly by: "policy"; readonly policy: string }
  /** A component makes it so. */
  | { readonly by: "component"; readonly file: string }
  /** A command or a pipeline does it. */
  | { readonly by: "command"; readonly file: string }
  /** Nothing a program could see. */
  | { readonly by: "people" }
  /** Nothing enforces it yet, or not all of it; it is people's work until then. */
  | { readonly by: "not built yet" };

/** A rule of the manual. */
export interface Rule {
  readonly number: number;
  readonly what: string;
  readonly enforced: readonly Enforcement[];
}

/** Validation, by its file in components. */
export const config = (name: string): Enforcement => ({
  by: "config error",
  file: `components/${name}.ts`,
});
/** A policy, by its name. */
export const policy = (name: string): Enforcement => ({ by: "policy", policy: name });
/** A component, by its file. */
export const component = (name: string): Enforcement => ({
  by: "component",
  file: `components/${name}`,
});
/** A command, a pipeline or a guide, by its file. */
export const command = (file: string): Enforcement => ({ by: "command", file });
/** People's work. */
export const people: Enforcement = { by: "people" };
/** Not built yet, or not all of it. */
export const open: Enforcement = { by: "not built yet" };

/** Earliest first: what refuses before anything runs stands before what only shows. */
const order: readonly Enforcement["by"][] = [
  "config error",
  "policy",
  "component",
  "command",
  "people",
  "not built yet",
];

/** A rule with what enforces it, earliest first. */
export const rule = (number: number, what: string, ...enforced: readonly Enforcement[]): Rule => ({
  number,
  what,
  enforced: enforced.toSorted((a, b) => order.indexOf(a.by) - order.indexOf(b.by)),
});
