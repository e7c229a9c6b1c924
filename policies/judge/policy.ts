import type { Declared } from "./declared";
import type { Resource } from "./resource";

/** What a policy found. */
export type Judgement = Violation | Unjudged;

/** The law is broken: the message names what is wrong and what to do. */
export interface Violation {
  readonly kind: "violation";
  /** Undefined: the stack as a whole. */
  readonly resource: Resource | undefined;
  readonly message: string;
}

/**
 * Something the law depends on is not known, so it could not be judged. In a preview the update will
 * know it; in an update, or of a state, nobody will: there it counts as a violation.
 */
export interface Unjudged {
  readonly kind: "unjudged";
  readonly resource: Resource | undefined;
  /** Input, or inputs, whose value is missing. */
  readonly property: string;
}

/** One rule of the manual as law. */
export interface Policy {
  /** Kebab-case, verb first; its file has the same name. */
  readonly name: string;
  /** Numbers of the rules it enforces. */
  readonly rules: readonly number[];
  /** One sentence that says what must be so. */
  readonly description: string;
  /**
   * Judges one resource by its inputs, before anything is done to it. Its parents have been judged
   * before it; nothing else of the stack is known, but for what its configuration declares.
   */
  readonly check?: (resource: Resource, declared: Declared) => Iterable<Judgement>;
  /** Judges the whole stack, for what only shows there, such as something that is missing. */
  readonly checkStack?: (resources: readonly Resource[], declared: Declared) => Iterable<Judgement>;
}

/** A broken law. `problem` and `fix` are sentences without the full stop. */
export function violation(resource: Resource | undefined, problem: string, fix: string): Violation {
  const name = resource ? `${resource.name} (${resource.type})` : "The stack";
  return { kind: "violation", resource, message: `${name}: ${problem}. Fix: ${fix}.` };
}

/** Something that could not be judged. */
export function unjudged(resource: Resource | undefined, property: string): Unjudged {
  return { kind: "unjudged", resource, property };
}
