import { parsed } from "./json";
import type { Resource } from "./resource";
import { input } from "./resource";
import {
  isList,
  isValues,
  unknown,
  type Found,
  type Unknown,
  type Value,
  type Values,
} from "../../engine/values";

/** One statement of an AWS policy document, every "one or many" as a list. */
export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  /** Actions left out of a grant of everything else. */
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  readonly principals: readonly string[];
  /** When it holds: values by operator and key; undefined: always. */
  readonly condition: Values | undefined;
}

/**
 * The statements of a resource's `policy` input; `unknown` while it is not known; undefined when it
 * is no policy document.
 */
export function statements(resource: Resource): readonly Statement[] | Unknown | undefined {
  return statementsIn(resource.inputs === undefined ? unknown : input(resource, "policy"));
}

/** The statements of a policy document, as text or as it is. */
export function statementsIn(text: Found): readonly Statement[] | Unknown | undefined {
  if (text === unknown) return unknown;
  const document: Found = typeof text === "string" ? (parsed(text) as Value | undefined) : text;
  if (!isValues(document)) return undefined;
  const listed: Found = document["Statement"];
  const many: readonly Found[] = isList(listed) ? listed : [listed];
  return many.filter(isValues).map(statement);
}

function statement(raw: Values): Statement {
  const of = (key: string) => flat(raw[key]);
  return {
    effect: of("Effect")[0] ?? "",
    actions: of("Action"),
    notActions: of("NotAction"),
    resources: of("Resource"),
    notResources: of("NotResource"),
    principals: [...of("Principal"), ...of("NotPrincipal").map(() => "*")],
    condition: isValues(raw["Condition"]) ? raw["Condition"] : undefined,
  };
}

/** `"*"`, `["a"]`, `{ AWS: ["a"] }`. */
function flat(value: Value | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  if (isList(value)) return value.flatMap(flat);
  if (isValues(value)) return Object.values(value).flatMap(flat);
  return [String(value)];
}

/** Whether a part of IAM is for an owner: computed from it, or naming it in the input `key`. */
export function isFor(part: Resource, key: "user" | "group", owner: Resource): boolean {
  if ((part.dependencies[key] ?? []).includes(owner.urn)) return true;
  const name = input(part, key);
  return typeof name === "string" && name === input(owner, "name");
}

/** Bucket and key prefix of a resource such as `arn:aws:s3:::bucket/backups/kmc/*`. */
export function objectArn(arn: string): { bucket: string; key: string } | undefined {
  const [, bucket, key] = /^arn:aws[a-z-]*:s3:::([^/*]+)\/(.*)$/.exec(arn) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}
