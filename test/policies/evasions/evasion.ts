import type { Values } from "../../../engine/values";
import { document, type LawfulStack } from "../lawful-stack";

/** A way around a law: what is done to a lawful stack, and the policy that must speak. */
export type Evasion = readonly [what: string, policy: string, evade: (stack: LawfulStack) => void];

/** Something of a type that the stack has no business with. */
export const foreign = (
  what: string,
  type: string,
  inputs: Values = {},
  policy = "use-known-resources",
): Evasion => [what, policy, (stack) => void stack.add(type, "other", inputs)];

/** Other inputs of something that the stack has. */
export const change =
  (name: string, inputs: Values) =>
  (stack: LawfulStack): void =>
    stack.change(name, inputs);

/** An AWS account that is nobody's here. */
export const stranger = "999999999999";

/** A bucket policy that lets somebody read. */
export const admit = (Principal: unknown, more: object = {}): string =>
  document({ Effect: "Allow", Principal, Action: "s3:GetObject", Resource: "*", ...more });
