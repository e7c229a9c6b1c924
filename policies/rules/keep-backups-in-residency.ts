import { isBucket, regionOf } from "../judge/buckets";
import { grantsOf, nodesOf } from "../judge/credentials";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { input, type Resource } from "../judge/resource";
import { backupCredential } from "../judge/types";
import { unknown, type Found } from "../../engine/values";

const canada = "ca-central-1";

export const policy: Policy = {
  name: "keep-backups-in-residency",
  rules: [3, 5, 30],
  description: `Archives of what must stay in Canada go to a bucket in ${canada}.`,
  checkStack: keepBackupsInResidency,
};

/**
 * Judges where the bucket really is. A host stack does not have the bucket of the environment it
 * serves; there the credential's own declaration counts.
 */
export function* keepBackupsInResidency(resources: readonly Resource[]): Generator<Judgement> {
  for (const { node } of nodesOf(resources)) {
    const residency = node.inputs === undefined ? unknown : input(node, "residency");
    if (residency === unknown) yield unjudged(node, "residency");
    if (residency !== "canada") continue;
    const { grants, missing } = grantsOf(node, resources);
    for (const policy of missing) yield unjudged(policy, "policy");
    for (const { resource, project, bucket: name } of grants) {
      const bucket = resources.find(
        (candidate) => isBucket(candidate) && input(candidate, "bucket") === name,
      );
      const region: Found = bucket ? regionOf(bucket) : declaredRegion(resource);
      if (region === unknown) yield unjudged(bucket ?? resource, "region");
      else if (region !== canada) {
        yield violation(
          resource,
          `project ${project} must stay in Canada, but its archives go to ${name} in ` +
            String(region ?? "an unnamed region"),
          `use the bucket in ${canada}`,
        );
      }
    }
  }
}

function declaredRegion(policy: Resource): Found {
  const credential = policy.parent;
  return credential?.type === backupCredential && credential.inputs
    ? input(credential, "region")
    : unknown;
}
