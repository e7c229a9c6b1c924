import type { JobKind } from "../../components/fleet/jenkins";
import { checkoutOf } from "./checkout";
import type { Job } from "./job";
import { scriptOf } from "./scripts";

type FleetJob = Job & { readonly kind: "nightly" | "notify" };

/** The agency's credentials on Jenkins, by the ids that its own pipeline has; READ_ ones can read and nothing else. */
const shared = [
  "PULUMI_CONFIG_PASSPHRASE",
  "SCW_DEFAULT_PROJECT_ID",
  "SCW_DEFAULT_ORGANIZATION_ID",
];
const readers = [
  "PULUMI_BACKEND_URL",
  "DIGITALOCEAN_TOKEN",
  "SCW_ACCESS_KEY",
  "SCW_SECRET_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "CLOUDFLARE_API_TOKEN",
];

const text = (id: string, variable = id) => ({ text: { "credential-id": id, variable } });

const file = (id: string) => ({ file: { "credential-id": id, variable: id } });

/** What a job of the fleet's own does on Jenkins. */
export function fleetSteps(job: FleetJob): Record<string, unknown> {
  const isNightly = job.kind === "nightly";
  return {
    ...(isNightly ? {} : { parameters: toldParameters }),
    scm: [checkoutOf(job)],
    ...(isNightly ? { triggers: [{ timed: "H 2 * * *" }] } : {}),
    wrappers: [
      { timeout: { timeout: isNightly ? 300 : 30, fail: true, type: "absolute" } },
      { "credentials-binding": credentialsOf(job) },
      ...agentOf(job),
    ],
    builders: [{ shell: scriptOf(job) }],
    ...(isNightly
      ? { publishers: [{ archive: { artifacts: "board.html", "allow-empty": true } }] }
      : {}),
  };
}

function credentialsOf(job: FleetJob): object[] {
  const slack = text("SLACK_WEBHOOK_URL");
  if (job.kind === "notify") return [slack];
  return [
    slack,
    ...shared.map((id) => text(id)),
    ...readers.map((id) => text(`READ_${id}`, id)),
    ...(job.hasSentry ? [text("SENTRY_AUTH_TOKEN")] : []),
    file("BERTH_DRILL_KEY"),
    ...(job.isSealed ? [file("BERTH_AGE_IDENTITY")] : []),
  ];
}

/** Keys in the ssh-agent: to look at machines; to read the repositories of whose commits are told. */
function agentOf(job: FleetJob): object[] {
  if (job.kind === "nightly") return [{ "ssh-agent-credentials": { users: ["DEPLOYER_KEY"] } }];
  const read = job.told
    .filter(({ repository }) => !/^https?:/.test(repository))
    .map(({ slug }) => `${slug}-repository`);
  const users = [...new Set(read)].sort();
  return users.length === 0 ? [] : [{ "ssh-agent-credentials": { users } }];
}

const parameter = (name: string, description: string) => ({
  string: { name, description, default: "", trim: true },
});

const toldParameters = [
  parameter("TOLD_JOB", "The job that ended."),
  parameter("TOLD_RESULT", "success or failure."),
  parameter("TOLD_COMMIT", "What it ran on."),
  parameter("TOLD_FOR", "Of tests: the commit that another job waits for, which tells it itself."),
  parameter("TOLD_URL", "The build."),
];

/** What a project's job does when it has ended, however it ended: has Slack told. */
export function tellingOf(kind: JobKind, teller: string): Record<string, unknown> {
  const telling = (condition: string, result: string) => ({
    project: teller,
    condition,
    "predefined-parameters": [
      "TOLD_JOB=$JOB_NAME",
      `TOLD_RESULT=${result}`,
      "TOLD_COMMIT=$GIT_COMMIT",
      // Elsewhere there is no such variable, and Jenkins would hand on its name.
      ...(kind === "test" ? ["TOLD_FOR=$COMMIT"] : []),
      "TOLD_URL=$BUILD_URL",
    ].join("\n"),
    "trigger-with-no-params": false,
  });
  return {
    "trigger-parameterized-builds": [
      telling("SUCCESS", "success"),
      telling("UNSTABLE_OR_WORSE", "failure"),
    ],
  };
}
