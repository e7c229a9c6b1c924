import { adoption, isBucket, ownBuckets, settingsOf } from "../judge/buckets";
import type { Declared } from "../judge/declared";
import { statementsIn } from "../judge/iam";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { input, type Resource } from "../judge/resource";
import { entries, isValues, unknown, type Found } from "../../engine/values";

const blockTypes = ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"];
const policyTypes = ["aws:s3/bucketPolicy:BucketPolicy"];
const aclTypes = ["aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"];
const switches = [
  "blockPublicAcls",
  "blockPublicPolicy",
  "ignorePublicAcls",
  "restrictPublicBuckets",
] as const;
/** Inputs by which a bucket hands its objects on. */
const exits = {
  grants: "lets in whom it names",
  accessControlPolicy: "lets in whom it names",
  website: "serves the archives as a site",
  replicationConfiguration: "copies the archives into another bucket",
} as const;

export const policy: Policy = {
  name: "keep-buckets-private",
  rules: [29, 30],
  description:
    "A backup bucket blocks public access in all four ways, has no ACL, site or copies, and its " +
    "policy lets in nobody beyond the declared AWS account. An adopted bucket keeps its own settings.",
  check: admitNobody,
  checkStack: blockPublicAccess,
};

/** Judges what would open a bucket: an ACL, a policy, a site, a copy. */
export function* admitNobody(resource: Resource, declared: Declared): Generator<Judgement> {
  const bucket = isBucket(resource);
  if (bucket && adoption(resource, declared) === true) return;
  if (bucket || aclTypes.includes(resource.type)) yield* judgeInputs(resource);
  if (policyTypes.includes(resource.type) || (bucket && isGiven(input(resource, "policy")))) {
    yield* judgePolicy(resource, declared);
  }
}

function* judgeInputs(resource: Resource): Generator<Judgement> {
  const acl = input(resource, "acl");
  if (acl === unknown) yield unjudged(resource, "acl");
  else if (isGiven(acl) && acl !== "private") {
    yield violation(
      resource,
      `acl is ${String(acl)}`,
      "take acl out; a bucket is private without it",
    );
  }
  for (const [key, does] of Object.entries(exits)) {
    const value = input(resource, key);
    if (value === unknown) yield unjudged(resource, key);
    else if (isGiven(value)) yield violation(resource, `${key} ${does}`, `take ${key} out`);
  }
}

function* judgePolicy(resource: Resource, { agency }: Declared): Generator<Judgement> {
  const found = statementsIn(resource.inputs === undefined ? unknown : input(resource, "policy"));
  if (found === unknown) {
    yield unjudged(resource, "policy");
    return;
  }
  if (!found) {
    yield violation(resource, "its policy is no policy document", "write it as JSON");
    return;
  }
  const admitted = found.filter(({ effect }) => effect !== "Deny");
  const strangers = admitted
    .flatMap(({ principals }) => (principals.length === 0 ? ["nobody by name"] : principals))
    .filter((principal) => !isOf(principal, agency?.awsAccount));
  if (strangers.length === 0) return;
  yield violation(
    resource,
    strangers.includes("*") ? "it allows everybody in" : `it lets in ${strangers.join(", ")}`,
    "take the statement out, or name users and roles of the declared AWS account",
  );
}

/** Whether a principal belongs to an account: `413528927365`, `arn:aws:iam::413528927365:role/x`. */
function isOf(principal: string, account: string | undefined): boolean {
  const [, found] = /^(?:arn:aws[a-z-]*:(?:iam|sts)::)?(\d{12})(?::[^*]+)?$/.exec(principal) ?? [];
  return account !== undefined && found === account;
}

function isGiven(value: Found): boolean {
  if (value === undefined || value === null || value === "") return false;
  if (Array.isArray(value)) return entries(value).length > 0;
  return !isValues(value) || Object.keys(value).length > 0;
}

/** Judges, for every bucket, the resource that blocks public access to it. */
export function* blockPublicAccess(
  resources: readonly Resource[],
  declared: Declared,
): Generator<Judgement> {
  for (const bucket of ownBuckets(resources, declared)) {
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
