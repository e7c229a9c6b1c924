import { knownTypes } from "../judge/known-types";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { input, type Resource } from "../judge/resource";
import { unknown } from "../../engine/values";

export const policy: Policy = {
  name: "use-known-resources",
  rules: [1, 41, 42],
  description:
    "A stack holds resources of the types in `policies/judge/known-types.ts` alone: what another " +
    "type opens, grants or makes, no policy could judge. A command on the computer of whoever deploys " +
    "is Berth's own, and no other.",
  check: useKnownResources,
};

/** Judges every resource by its type: servers, databases, load balancers, grants of other kinds. */
export function* useKnownResources(resource: Resource): Generator<Judgement> {
  if (resource.type === "command:local:Command") yield* berthsOwn(resource);
  if (Object.hasOwn(knownTypes, resource.type)) return;
  yield violation(
    resource,
    "its type is none that policies can judge",
    "take it out; where it is needed, write its type and the reason into " +
      "policies/judge/known-types.ts, or waive this policy for it in the stack file",
  );
}

/** What the program has run on the computer of whoever deploys. */
const own = /^node tools\/setup\/run\.js operations\/here integrate( --end)? [a-z-]+$/;

function* berthsOwn(command: Resource): Generator<Judgement> {
  for (const key of ["create", "update", "delete"]) {
    const text = input(command, key);
    if (text === unknown) yield unjudged(command, key);
    else if (text !== undefined && !(typeof text === "string" && own.test(text))) {
      yield violation(
        command,
        `its ${key} runs another program on the computer of whoever deploys, with all that one may`,
        "take it out: berth integrate alone is run there (components/integrations/local.ts)",
      );
    }
  }
  for (const key of ["interpreter", "dir", "environment"]) {
    if (input(command, key) === undefined) continue;
    yield violation(
      command,
      `it has ${key}, by which another program could be run`,
      `take ${key} out`,
    );
  }
}
