import { adoption, isBucket, ownBuckets, settingsOf } from "./judge/buckets";
import { statements } from "./judge/iam";
import { unjudged, violation, type Finding, type Policy } from "./judge/policy";
import { input, type Resource } from "./judge/resource";
import { unknown } from "./judge/value";

const blockTypes = ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"];
const policyTypes = ["aws:s3/bucketPolicy:BucketPolicy"];
const aclTypes = ["aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"];
const switches = [
  "blockPublicAcls",
  "blockPublicPolicy",
  "ignorePublicAcls",
  "restrictPublicBuckets",
] as const;

export const policy: Policy = {
  name: "keep-buckets-private",
  rules: [29, 30],
  description:
    "A backup bucket blocks public access in all four ways, and neither ACL nor policy admits " +
    "everybody. An adopted bucket keeps its own settings.",
  check: admitNobody,
  checkStack: blockPublicAccess,
};

/** Judges what would open a bucket: a canned ACL, or a policy that allows everybody. */
export function* admitNobody(resource: Resource): Generator<Finding> {
  if ((isBucket(resource) && adoption(resource) !== true) || aclTypes.includes(resource.type)) {
    const acl = input(resource, "acl");
    if (acl === unknown) yield unjudged(resource, "acl");
    else if (typeof acl === "string" && /public|authenticated/.test(acl)) {
      yield violation(resource, `acl is ${acl}`, "take acl out; a bucket is private without it");
    }
  }
  if (!policyTypes.includes(resource.type)) return;
  const found = statements(resource);
  if (found === unknown) yield unjudged(resource, "policy");
  else if (!found)
    yield violation(resource, "its policy is no policy document", "write it as JSON");
  else if (found.some(({ effect, principals }) => effect === "Allow" && principals.includes("*"))) {
    yield violation(resource, "it allows everybody in", "name the accounts it is meant for");
  }
}

/** Judges, for every bucket, the resource that blocks public access to it. */
export function* blockPublicAccess(resources: readonly Resource[]): Generator<Finding> {
  for (const bucket of ownBuckets(resources)) {
    const blocks = settingsOf(bucket, blockTypes, resources);
    if (blocks.length === 0) {
      yield violation(
        bucket,
        "nothing blocks public access to it",
        "add a BucketPublicAccessBlock with all four switches on",
      );
    }
    for (const block of blocks) {
      for (const key of switches) {
        const value = block.inputs === undefined ? unknown : input(block, key);
        if (value === unknown) yield unjudged(block, key);
        else if (value !== true) {
          yield violation(block, `${key} is ${String(value ?? "not set")}`, `set ${key} to true`);
        }
      }
    }
  }
}
