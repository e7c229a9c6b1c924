import { reachOf } from "../judge/archives";
import type { Declared } from "../judge/declared";
import { isFor, statements, type Statement } from "../judge/iam";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { above, below, input, type Resource } from "../judge/resource";
import {
  archiveGroup,
  backupCredential,
  group,
  groupPolicy,
  projectNode,
  servers,
} from "../judge/types";
import { unknown } from "../../engine/values";

/** Writing an archive, and giving up on one; an upload in parts needs no third. */
const allowed: readonly string[] = ["s3:PutObject", "s3:AbortMultipartUpload"];
const userType = "aws:iam/user:User";
const policyType = "aws:iam/userPolicy:UserPolicy";
/** All that a credential is made of. */
const parts: readonly string[] = [userType, policyType, "aws:iam/accessKey:AccessKey"];

export const policy: Policy = {
  name: "keep-backup-credentials-write-only",
  rules: [31, 42],
  description:
    "All IAM but people's groups (`keep-archive-groups-narrow`) is that of machines' backup credentials: " +
    "a user, its key, and a policy that lets it put objects below its own project's prefix, not read, " +
    "list or delete. Who breaks into the machine does not get at the archives, nor at those of another " +
    "project or environment.",
  check: keepBackupCredentialsWriteOnly,
  checkStack: keepToItsUser,
};

/** Judges everything of IAM by where it stands, and policies by what they grant. */
export function* keepBackupCredentialsWriteOnly(
  resource: Resource,
  declared: Declared,
): Generator<Judgement> {
  yield* judgeMachine(resource);
  if (!resource.type.startsWith("aws:iam/") || isOfPeople(resource)) return;
  const credential = above(resource, backupCredential);
  if (!credential || !parts.includes(resource.type)) {
    yield violation(
      resource,
      credential
        ? "it grants a backup credential more than its own policy"
        : "it is IAM outside a machine's backup credential and people's groups, and nobody sees to what it grants",
      "take it out; personal keys, memberships and roles are a manager's decision and no stack's (R42)",
    );
    return;
  }
  if (resource.type !== policyType) return;
  const found = statements(resource);
  if (found === unknown) yield unjudged(resource, "policy");
  else if (!found) {
    yield violation(resource, "its policy is no policy document", "write it as JSON");
  } else {
    for (const statement of found.filter(({ effect }) => effect !== "Deny")) {
      yield* judgeActions(resource, statement);
      yield* judgeReach(resource, credential, statement, declared);
    }
  }
}

/** Whether it is a part of a group of people, which another policy judges. */
function isOfPeople(resource: Resource): boolean {
  return [group, groupPolicy].includes(resource.type) && resource.parent?.type === archiveGroup;
}

/** A machine at AWS may be somebody itself, without any key; an adopted one keeps what it was. */
function* judgeMachine(resource: Resource): Generator<Judgement> {
  const node = above(resource, projectNode);
  if (!(resource.type in servers) || (node && input(node, "adopted") === true)) return;
  const profile = input(resource, "iamInstanceProfile");
  if (profile === unknown) yield unjudged(resource, "iamInstanceProfile");
  else if (profile !== undefined && profile !== null && profile !== "") {
    yield violation(
      resource,
      `iamInstanceProfile lets whoever is on the machine act as ${String(profile)}`,
      "take iamInstanceProfile out; the backup credential is all a machine may have",
    );
  }
}

function* judgeActions(resource: Resource, statement: Statement): Generator<Judgement> {
  const actions = statement.actions.filter((action) => !allowed.includes(action));
  if (statement.notActions.length > 0) actions.push("everything but NotAction");
  if (actions.length === 0) return;
  yield violation(
    resource,
    `it allows ${actions.join(", ")}`,
    `allow ${allowed.join(" and ")} only; reading is done elsewhere, with another credential`,
  );
}

function* judgeReach(
  resource: Resource,
  credential: Resource,
  statement: Statement,
  declared: Declared,
): Generator<Judgement> {
  const reach = reachOf(credential, declared);
  if ("missing" in reach) yield unjudged(credential, reach.missing);
  else if ("problem" in reach) yield violation(resource, reach.problem, reach.fix);
  else {
    const wide = statement.resources.filter((arn) => arn !== reach.arn);
    if (statement.notResources.length > 0) wide.push("everything but NotResource");
    if (wide.length === 0) return;
    yield violation(
      resource,
      `it reaches ${wide.join(", ")}`,
      `name its own project's archives alone: ${reach.arn}`,
    );
  }
}

/** The user whose key a machine holds must be the one that the credential's policy is for. */
export function* keepToItsUser(resources: readonly Resource[]): Generator<Judgement> {
  for (const credential of resources.filter(({ type }) => type === backupCredential)) {
    const inside = below(credential, resources);
    const users = inside.filter(({ type }) => type === userType);
    for (const part of inside.filter(({ type }) => parts.includes(type) && type !== userType)) {
      if (part.inputs === undefined || users.some((user) => isFor(part, "user", user))) continue;
      yield violation(
        part,
        "it is for another user than the credential's own",
        "take its user from the credential's",
      );
    }
  }
}
