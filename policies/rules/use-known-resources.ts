import { knownTypes } from "../judge/known-types";
import { violation, type Judgement, type Policy } from "../judge/policy";
import type { Resource } from "../judge/resource";

export const policy: Policy = {
  name: "use-known-resources",
  rules: [1, 41, 42],
  description:
    "A stack holds resources of the types in `policies/judge/known-types.ts` alone: what another " +
    "type opens, grants or makes, no policy could judge.",
  check: useKnownResources,
};

/** Judges every resource by its type: servers, databases, load balancers, grants of other kinds. */
export function* useKnownResources(resource: Resource): Generator<Judgement> {
  if (Object.hasOwn(knownTypes, resource.type)) return;
  yield violation(
    resource,
    "its type is none that policies can judge",
    "take it out; where it is needed, write its type and the reason into " +
      "policies/judge/known-types.ts, or waive this policy for it in the stack file",
  );
}
