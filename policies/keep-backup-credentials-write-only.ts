import { inlinePolicies, objectArn, statements, type Statement } from "./judge/iam";
import { unjudged, violation, type Finding, type Policy } from "./judge/policy";
import { above, type Resource } from "./judge/resource";
import { backupCredential } from "./judge/types";
import { unknown } from "./judge/value";

/** Writing an archive, and giving up on one; an upload in parts needs no third. */
const allowed: readonly string[] = ["s3:PutObject", "s3:AbortMultipartUpload"];
/** Other ways to grant something to the user of a credential. */
const grants = /^aws:iam\/.*(attachment|membership):/i;

export const policy: Policy = {
  name: "keep-backup-credentials-write-only",
  rules: [31, 42],
  description:
    "A machine's backup credential can put objects below its own project's prefix and cannot " +
    "read, list or delete: who breaks into the machine does not get at the archives.",
  check: keepBackupCredentialsWriteOnly,
};

/** Judges what is granted to IAM users, all of which here belong to machines. */
export function* keepBackupCredentialsWriteOnly(resource: Resource): Generator<Finding> {
  const credential = above(resource, backupCredential);
  if (credential && grants.test(resource.type)) {
    yield violation(
      resource,
      "it grants a backup credential more than its own policy",
      "remove it; the credential's policy is all it may have",
    );
  }
  const judged = credential
    ? inlinePolicies.includes(resource.type)
    : resource.type === "aws:iam/userPolicy:UserPolicy";
  if (!judged) return;
  const found = statements(resource);
  if (found === unknown) yield unjudged(resource, "policy");
  else if (!found) {
    yield violation(resource, "its policy is no policy document", "write it as JSON");
  } else {
    for (const statement of found.filter(({ effect }) => effect === "Allow")) {
      yield* judge(resource, statement);
    }
  }
}

function* judge(resource: Resource, statement: Statement): Generator<Finding> {
  const actions = statement.actions.filter((action) => !allowed.includes(action));
  if (statement.notActions.length > 0) actions.push("everything but NotAction");
  if (actions.length > 0) {
    yield violation(
      resource,
      `it allows ${actions.join(", ")}`,
      `allow ${allowed.join(" and ")} only; reading is done elsewhere, with another credential`,
    );
  }
  const wide = statement.resources.filter((arn) => !isOnePrefix(arn));
  if (statement.notResources.length > 0) wide.push("everything but NotResource");
  if (wide.length > 0) {
    yield violation(
      resource,
      `it reaches ${wide.join(", ")}`,
      "name one prefix: arn:aws:s3:::<bucket>/backups/<project>/*",
    );
  }
}

function isOnePrefix(arn: string): boolean {
  return /^backups\/[a-z0-9-]+\/\*$/.test(objectArn(arn)?.key ?? "");
}
