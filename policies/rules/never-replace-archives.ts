import { statements, type Statement } from "../judge/iam";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import type { Resource } from "../judge/resource";
import { groupPolicy } from "../judge/types";
import { at, isValues, unknown, type Values } from "../../engine/values";

const put = "s3:PutObject";
/** True where a call creates an object; a call that prepares an upload in parts is exempt by it. */
const creates = "s3:ObjectCreationOperation";

export const policy: Policy = {
  name: "never-replace-archives",
  rules: [29, 31],
  description:
    "What may put archives must ask S3, by `If-None-Match`, that none of that name is there: a " +
    "stolen key can neither replace an archive nor lay a newer version over it.",
  check: neverReplaceArchives,
};

/** Judges a user's or a group's policy by the refusal in it, which holds beside whatever else is granted. */
export function* neverReplaceArchives(resource: Resource): Generator<Judgement> {
  if (!["aws:iam/userPolicy:UserPolicy", groupPolicy].includes(resource.type)) return;
  const found = statements(resource);
  if (found === unknown) yield unjudged(resource, "policy");
  else if (found?.some(mayPut) && !found.some(refusesReplacing)) {
    yield violation(
      resource,
      "its holder can replace an archive, or lay a newer version over it",
      `deny ${put} on every resource where s3:if-none-match is null and ${creates} is true`,
    );
  }
}

function mayPut({ effect, actions, notActions }: Statement): boolean {
  return effect !== "Deny" && (notActions.length > 0 || actions.some(covers));
}

/** Also `s3:Put*` and `*`, in whatever case: IAM asks for none. */
function covers(pattern: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(put);
}

function refusesReplacing({ effect, actions, resources, condition }: Statement): boolean {
  return (
    effect === "Deny" &&
    actions.some(covers) &&
    resources.includes("*") &&
    condition !== undefined &&
    isOnlyWithoutCheck(condition)
  );
}

/** Whether a condition holds for every call that creates an object without asking. */
function isOnlyWithoutCheck(condition: Values): boolean {
  const { Null: absent, ...rest } = condition;
  const [operator, ...more] = Object.keys(rest);
  return (
    isOnly(absent, "s3:if-none-match") &&
    more.length === 0 &&
    (operator === undefined ||
      (["Bool", "BoolIfExists"].includes(operator) && isOnly(rest[operator], creates)))
  );
}

function isOnly(value: Values[string] | undefined, key: string): boolean {
  return (
    isValues(value) &&
    Object.keys(value).length === 1 &&
    String(at(value, key)).toLowerCase() === "true"
  );
}
