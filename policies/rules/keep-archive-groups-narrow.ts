import { archivePlace, type ArchivePlace } from "../judge/archive-places";
import type { Declared } from "../judge/declared";
import { isEnvironmentStack } from "../judge/facts";
import { isFor, statements, type Statement } from "../judge/iam";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { below, input, type Resource } from "../judge/resource";
import { archiveGroup, group, groupPolicy } from "../judge/types";
import { at, isValues, unknown, type Values } from "../../engine/values";

export const policy: Policy = {
  name: "keep-archive-groups-narrow",
  rules: [32, 42],
  description:
    "People's groups get at archives of their own environment alone: readers list and fetch them, and " +
    "who drills may besides write evidence and copies of Berth's state, and delete archives, such copies and " +
    "manifests, neither a version of one nor anything else.",
  check: keepArchiveGroupsNarrow,
  checkStack: keepToItsGroup,
};

/** Judges the policy of a group by what it grants; groups outside their component are judged elsewhere. */
export function* keepArchiveGroupsNarrow(
  resource: Resource,
  declared: Declared,
): Generator<Judgement> {
  if (resource.type === archiveGroup && !isEnvironmentStack(resource)) {
    yield violation(
      resource,
      "it is a second group for archives of the environment that the stack serves",
      "leave groups to the environment's stack, which owns the buckets",
    );
  }
  const component = resource.parent;
  if (resource.type !== groupPolicy || component?.type !== archiveGroup) return;
  const role = component.inputs === undefined ? unknown : input(component, "role");
  const found = statements(resource);
  if (role === unknown) yield unjudged(component, "role");
  else if (found === unknown) yield unjudged(resource, "policy");
  else if (!found) {
    yield violation(resource, "its policy is no policy document", "write it as JSON");
  } else {
    const drills = role === "drills";
    for (const statement of found.filter(({ effect }) => effect !== "Deny")) {
      yield* judgeGrant(resource, statement, (bucket) => {
        const place = archivePlace(bucket, resource, declared);
        return place ? granted(bucket, place, drills) : [];
      });
    }
  }
}

/** One thing that a group may do. */
interface Grant {
  readonly action: string;
  readonly arn: string;
  /** What a listing must begin with; absent: any action but a listing, or a listing of everything. */
  readonly listed?: string;
}

function granted(bucket: string, { prefix, whole, state }: ArchivePlace, drills: boolean): Grant[] {
  const arn = `arn:aws:s3:::${bucket}`;
  const reading = [prefix, ...(whole ? [""] : [])].flatMap((top): Grant[] => [
    { action: "s3:GetObject", arn: `${arn}/${top}*` },
    { action: "s3:ListBucket", arn, ...(top === "" ? {} : { listed: `${top}*` }) },
  ]);
  if (!drills) return reading;
  return [
    ...reading,
    { action: "s3:PutObject", arn: `${arn}/${prefix}*/evidence/*` },
    { action: "s3:DeleteObject", arn: `${arn}/${prefix}*.tar.lrz` },
    { action: "s3:DeleteObject", arn: `${arn}/${prefix}*.manifest.json` },
    ...(state === undefined
      ? []
      : [
          { action: "s3:PutObject", arn: `${arn}/${state}*.json.age` },
          { action: "s3:PutObject", arn: `${arn}/${state}*.manifest.json` },
          { action: "s3:DeleteObject", arn: `${arn}/${state}*.json.age` },
        ]),
  ];
}

function* judgeGrant(
  resource: Resource,
  { actions, notActions, resources, notResources, condition }: Statement,
  grantsOf: (bucket: string) => readonly Grant[],
): Generator<Judgement> {
  const fix = "grant what components/backups/read-policy.ts does, on the stack's own buckets";
  if (notActions.length > 0 || notResources.length > 0) {
    yield violation(resource, "it allows everything but what it names", fix);
  }
  for (const action of actions) {
    const wide = resources.filter((arn) => {
      const bucket = /^arn:aws:s3:::([^/*?]+)/.exec(arn)?.[1] ?? "";
      return !grantsOf(bucket).some(
        (grant) => grant.action === action && grant.arn === arn && isNarrow(condition, grant),
      );
    });
    if (wide.length > 0) {
      yield violation(resource, `it allows ${action} on ${wide.join(", ")}`, fix);
    }
  }
}

/** Conditions only narrow; a listing must be narrowed to the prefix. */
function isNarrow(condition: Values | undefined, { listed }: Grant): boolean {
  if (listed === undefined) return true;
  const like = condition?.["StringLike"];
  return isValues(like) && at(like, "s3:prefix") === listed;
}

/** The policy of a component must be that of its own group, and of no other that is there already. */
export function* keepToItsGroup(resources: readonly Resource[]): Generator<Judgement> {
  for (const component of resources.filter(({ type }) => type === archiveGroup)) {
    const inside = below(component, resources);
    const groups = inside.filter(({ type }) => type === group);
    for (const part of inside.filter(({ type }) => type === groupPolicy)) {
      if (part.inputs === undefined || groups.some((each) => isFor(part, "group", each))) continue;
      yield violation(
        part,
        "it is for another group than the component's own",
        "take its group from the component's",
      );
    }
  }
}
