import { unknown } from "../../../engine/values";
import { adopted, document, write } from "../lawful-stack";
import { onlyNewNames } from "../resources";
import { admit, change, foreign, stranger, type Evasion } from "./evasion";

const readAll = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
const admin = "arn:aws:iam::aws:policy/AdministratorAccess";

/** Ways to give a machine more than it needs to write its own archives. */
export const credentials: readonly Evasion[] = [
  [
    "another project's prefix",
    "keep-backup-credentials-write-only",
    (stack) => stack.policy("shop-write", write(`${stack.own}/backups/club/*`), onlyNewNames),
  ],
  [
    "a prefix that begins like its own",
    "keep-backup-credentials-write-only",
    (stack) => stack.policy("shop-write", write(`${stack.own}/backups/shop*`), onlyNewNames),
  ],
  [
    "another bucket",
    "keep-backup-credentials-write-only",
    (stack) => stack.policy("shop-write", write(`${adopted}/backups/shop/*`), onlyNewNames),
  ],
  [
    "another project, which the component names too",
    "keep-backup-credentials-write-only",
    (stack) => {
      stack.change("shop-backup", { project: "club" });
      stack.policy("shop-write", write(`${stack.own}/backups/club/*`), onlyNewNames);
    },
  ],
  [
    "stage's bucket, which the component names too",
    "keep-backup-credentials-write-only",
    (stack) => {
      stack.change("shop-backup", { bucket: "acme-stage-backups-us-east-1" });
      stack.policy(
        "shop-write",
        write("acme-stage-backups-us-east-1/backups/shop/*"),
        onlyNewNames,
      );
    },
  ],
  [
    "any object, in a second statement",
    "keep-backup-credentials-write-only",
    (stack) =>
      stack.policy("shop-write", write(`${stack.own}/backups/shop/*`), readAll, onlyNewNames),
  ],
  [
    "reading, in a second policy",
    "keep-backup-credentials-write-only",
    (stack) =>
      void stack.add(
        "aws:iam/userPolicy:UserPolicy",
        "second",
        { policy: document(readAll) },
        { parent: stack.urn("shop-backup") },
      ),
  ],
  [
    "writing its prefix, in a policy outside the component",
    "keep-backup-credentials-write-only",
    (stack) =>
      void stack.add("aws:iam/userPolicy:UserPolicy", "second", {
        policy: document(write(`${stack.own}/backups/shop/*`), onlyNewNames),
      }),
  ],
  [
    "a key of somebody else",
    "keep-backup-credentials-write-only",
    (stack) => stack.change("shop-key", { user: "clark" }, { dependencies: {} }),
  ],
  [
    "a policy for somebody else",
    "keep-backup-credentials-write-only",
    (stack) => stack.change("shop-write", { user: "clark" }, { dependencies: {} }),
  ],
  [
    "a role for the machine itself",
    "keep-backup-credentials-write-only",
    change("portal-server", { iamInstanceProfile: "admin" }),
  ],
  [
    "an effect in another case",
    "keep-backup-credentials-write-only",
    (stack) => stack.policy("shop-write", { ...readAll, Effect: "allow" }),
  ],
  ...(
    [
      ["userPolicyAttachment", "UserPolicyAttachment", { user: unknown, policyArn: admin }],
      ["policyAttachment", "PolicyAttachment", { users: [unknown], policyArn: admin }],
      ["userPolicyAttachmentsExclusive", "UserPolicyAttachmentsExclusive", { policyArns: [admin] }],
      ["userGroupMembership", "UserGroupMembership", { groups: ["admins"] }],
      ["groupMembership", "GroupMembership", { group: "admins", users: [unknown] }],
      ["groupPolicy", "GroupPolicy", { group: "machines", policy: document(readAll) }],
      ["groupPolicyAttachment", "GroupPolicyAttachment", { group: "g", policyArn: admin }],
      ["rolePolicy", "RolePolicy", { role: "machine", policy: document(readAll) }],
      ["role", "Role", { assumeRolePolicy: admit({ AWS: stranger }) }],
      ["userLoginProfile", "UserLoginProfile", { user: unknown }],
      ["instanceProfile", "InstanceProfile", { role: "admin" }],
    ] as const
  ).flatMap(([module, type, inputs]): Evasion[] => [
    foreign(
      `${type} beside the component`,
      `aws:iam/${module}:${type}`,
      inputs,
      "keep-backup-credentials-write-only",
    ),
    [
      `${type} inside the component`,
      "keep-backup-credentials-write-only",
      (stack) =>
        void stack.add(`aws:iam/${module}:${type}`, "other", inputs, {
          parent: stack.urn("shop-backup"),
        }),
    ],
  ]),
  [
    "an archive that can be replaced",
    "never-replace-archives",
    (stack) => stack.policy("shop-write", write(`${stack.own}/backups/shop/*`)),
  ],
  ...(
    [
      ["of another action", { Action: "s3:PutObjectAcl" }],
      ["of another prefix", { Resource: "arn:aws:s3:::other/*" }],
      [
        "from one address alone",
        { Condition: { ...onlyNewNames.Condition, IpAddress: { "aws:SourceIp": "192.0.2.1" } } },
      ],
      ["of calls that ask", { Condition: { Null: { "s3:if-none-match": "false" } } }],
      [
        "of calls that prepare",
        {
          Condition: {
            Null: { "s3:if-none-match": "true" },
            Bool: { "s3:ObjectCreationOperation": "false" },
          },
        },
      ],
      ["that is an Allow", { Effect: "Allow" }],
    ] as const
  ).map(([what, more]): Evasion => [
    `a refusal ${what}`,
    "never-replace-archives",
    (stack) =>
      stack.policy("shop-write", write(`${stack.own}/backups/shop/*`), {
        ...onlyNewNames,
        ...more,
      }),
  ]),
];

/** Ways of stage into production's archives. */
export const stageCredentials: readonly Evasion[] = [
  [
    "production's prefix in an adopted bucket",
    "keep-backup-credentials-write-only",
    (stack) => stack.policy("portal-write", write(`${adopted}/backups/portal/*`), onlyNewNames),
  ],
  [
    "production's bucket, which the component names too",
    "keep-backup-credentials-write-only",
    (stack) => {
      stack.change("shop-backup", { bucket: "acme-prod-backups-us-east-1" });
      stack.policy("shop-write", write("acme-prod-backups-us-east-1/backups/shop/*"), onlyNewNames);
    },
  ],
];
