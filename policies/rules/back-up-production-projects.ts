import { isBucket } from "../judge/buckets";
import type { Declared } from "../judge/declared";
import { grantsOf, nodesOf } from "../judge/credentials";
import { isEnvironmentStack, isProduction } from "../judge/facts";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { input, type Resource } from "../judge/resource";
import { unknown } from "../../engine/values";

export const policy: Policy = {
  name: "back-up-production-projects",
  rules: [29],
  description:
    "Every production project has a backup: a credential with which its node writes archives, " +
    "and, in the stack that owns buckets, the bucket they go to, unless it is a client's own that the project declares.",
  checkStack: backUpProductionProjects,
};

/** Judges every project of every production node by what IAM really lets the node write. */
export function* backUpProductionProjects(
  resources: readonly Resource[],
  { clientBuckets }: Declared,
): Generator<Judgement> {
  const buckets = resources.filter(isBucket);
  for (const { node, projects } of nodesOf(resources)) {
    const production = isProduction(node);
    if (production === unknown) yield unjudged(node, "environment");
    if (production !== true) continue;
    if (projects === unknown) {
      yield unjudged(node, "projects");
      continue;
    }
    const { grants, missing } = grantsOf(node, resources);
    for (const project of projects) {
      const grant = grants.find((candidate) => candidate.project === project);
      if (grant && isEnvironmentStack(node) && !clientBuckets.includes(grant.bucket))
        yield* judgeBucket(grant.bucket, project, buckets, node);
      if (grant) continue;
      if (missing[0]) yield unjudged(missing[0], "policy");
      else {
        yield violation(
          node,
          `production project ${project} has no backup`,
          `declare \`backup: { database: … }\` for ${project}`,
        );
      }
    }
  }
}

function* judgeBucket(
  name: string,
  project: string,
  buckets: readonly Resource[],
  node: Resource,
): Generator<Judgement> {
  if (buckets.some((bucket) => input(bucket, "bucket") === name)) return;
  const unnamed = buckets.find(
    (bucket) => bucket.inputs === undefined || input(bucket, "bucket") === unknown,
  );
  yield unnamed
    ? unjudged(unnamed, "bucket")
    : violation(
        node,
        `project ${project} writes its archives to ${name}, which this stack does not have`,
        "create the bucket in this stack, or adopt it",
      );
}
