import { unknown } from "../../../engine/values";
import { adopted, document, type LawfulStack } from "../lawful-stack";
import { onlyNewNames } from "../resources";
import type { Evasion } from "./evasion";

const law = "keep-archive-groups-narrow";
const allow = (Action: string, Resource: string, more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const arn = (place: string) => `arn:aws:s3:::${place}`;
const below = (prefix: string) => ({ Condition: { StringLike: { "s3:prefix": prefix } } });

/** A way to give a group more, as its policy. */
const granting = (
  what: string,
  group: "readers" | "drills",
  statement: (stack: LawfulStack) => object,
): Evasion => [
  what,
  law,
  (stack) => stack.policy(`${group}-policy`, statement(stack), onlyNewNames),
];

const reading = ({ own }: LawfulStack) => arn(`${own}/backups/*`);

/** Ways to give people more of the archives than reading, or than a drill takes. */
export const groups: readonly Evasion[] = [
  granting("readers who write", "readers", (stack) => allow("s3:PutObject", reading(stack))),
  granting("readers who delete", "readers", ({ own }) =>
    allow("s3:DeleteObject", arn(`${own}/backups/*.tar.lrz`)),
  ),
  granting("readers who write evidence", "readers", ({ own }) =>
    allow("s3:PutObject", arn(`${own}/backups/*/evidence/*`)),
  ),
  granting("readers who write copies of the state", "readers", ({ own }) =>
    allow("s3:PutObject", arn(`${own}/backups/berth-state/*.json.age`)),
  ),
  granting("who drills, and writes anything beside the state's copies", "drills", ({ own }) =>
    allow("s3:PutObject", arn(`${own}/backups/berth-state/*`)),
  ),
  granting("who drills, and writes such copies in another project", "drills", ({ own }) =>
    allow("s3:PutObject", arn(`${own}/backups/shop/*.json.age`)),
  ),
  granting("readers of other buckets", "readers", () => allow("s3:GetObject", "*")),
  granting("readers of stage's bucket", "readers", () =>
    allow("s3:GetObject", arn("acme-stage-backups-us-east-1/backups/*")),
  ),
  granting("readers of a bucket by a pattern", "readers", ({ own }) =>
    allow("s3:GetObject", arn(`${own}*/backups/*`)),
  ),
  granting("readers of all in a bucket of Berth's own", "readers", ({ own }) =>
    allow("s3:GetObject", arn(`${own}/*`)),
  ),
  granting("a listing of all names", "readers", ({ own }) => allow("s3:ListBucket", arn(own))),
  granting("a listing below another prefix", "readers", ({ own }) =>
    allow("s3:ListBucket", arn(own), below("*")),
  ),
  granting("any action", "readers", (stack) => allow("s3:*", reading(stack))),
  granting("actions by a pattern", "readers", (stack) => allow("s3:Get*", reading(stack))),
  granting("an effect in another case", "readers", (stack) => ({
    ...allow("s3:DeleteObject", reading(stack)),
    Effect: "allow",
  })),
  granting("everything but one action", "readers", (stack) => ({
    Effect: "Allow",
    NotAction: "s3:PutObject",
    Resource: reading(stack),
  })),
  granting("everything but one bucket", "readers", () => ({
    Effect: "Allow",
    Action: "s3:GetObject",
    NotResource: arn("other/*"),
  })),
  granting("keys for everybody", "readers", () => allow("iam:CreateAccessKey", "*")),
  granting("a drill that prunes the whole bucket", "drills", ({ own }) =>
    allow("s3:DeleteObject", arn(`${own}/*`)),
  ),
  granting("a drill that deletes all below the prefix", "drills", (stack) =>
    allow("s3:DeleteObject", reading(stack)),
  ),
  granting("a drill that deletes its evidence", "drills", ({ own }) =>
    allow("s3:DeleteObject", arn(`${own}/backups/*/evidence/*`)),
  ),
  granting("a drill that prunes what was there before Berth", "drills", () =>
    allow("s3:DeleteObject", arn(`${adopted}/*.tar.lrz`)),
  ),
  granting("a drill that deletes versions", "drills", ({ own }) =>
    allow("s3:DeleteObjectVersion", arn(`${own}/backups/*.tar.lrz`)),
  ),
  granting("a drill that writes archives", "drills", ({ own }) =>
    allow("s3:PutObject", arn(`${own}/backups/*.tar.lrz`)),
  ),
  granting("a drill that lifts a lock", "drills", (stack) =>
    allow("s3:BypassGovernanceRetention", reading(stack)),
  ),
  [
    "a second policy of a group",
    law,
    (stack) =>
      void stack.add(
        "aws:iam/groupPolicy:GroupPolicy",
        "second",
        { group: unknown, policy: document(allow("s3:DeleteObject", reading(stack))) },
        { parent: stack.urn("readers") },
      ),
  ],
  [
    "a policy for a group of somebody else",
    law,
    (stack) => stack.change("drills-policy", { group: "everybody" }, { dependencies: {} }),
  ],
  [
    "evidence that can be replaced",
    "never-replace-archives",
    (stack) =>
      stack.policy(
        "drills-policy",
        allow("s3:PutObject", arn(`${stack.own}/backups/*/evidence/*`)),
      ),
  ],
  ...(["user:User", "accessKey:AccessKey", "groupMembership:GroupMembership"] as const).map(
    (type): Evasion => [
      `${type.split(":")[1]!} in a group's component`,
      "keep-backup-credentials-write-only",
      (stack) =>
        void stack.add(
          `aws:iam/${type}`,
          "ana",
          { group: unknown },
          { parent: stack.urn("readers") },
        ),
    ],
  ),
  [
    "a machine's user among the readers",
    "keep-backup-credentials-write-only",
    (stack) =>
      void stack.add(
        "aws:iam/userGroupMembership:UserGroupMembership",
        "machine",
        { user: unknown, groups: [unknown] },
        { parent: stack.urn("shop-backup") },
      ),
  ],
];

/** Ways of stage's people into production's archives. */
export const stageGroups: readonly Evasion[] = [
  granting("all of an adopted bucket", "readers", () => allow("s3:GetObject", arn(`${adopted}/*`))),
  granting("production's prefix in an adopted bucket", "drills", () =>
    allow("s3:DeleteObject", arn(`${adopted}/backups/*.tar.lrz`)),
  ),
  granting("a listing of an adopted bucket", "readers", () => allow("s3:ListBucket", arn(adopted))),
  granting("production's bucket", "readers", () =>
    allow("s3:GetObject", arn("acme-prod-backups-us-east-1/backups/*")),
  ),
];
