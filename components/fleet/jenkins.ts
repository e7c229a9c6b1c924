import type { Declared } from "./declared";
import { branch } from "./delivery";
import { flag, repository } from "./fields";
import { group, list, text } from "./hints";

/** What Jenkins knows somebody by: stands in a permission, where a colon and spaces would end it. */
export const jenkinsAccountPattern = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/;

/** The jobs of a project on the agency's Jenkins (R46, R47). */
export const jenkins = group("Its jobs on the agency's Jenkins (R46); absent: it has none.", {
  clients: list(
    "Accounts of the client on Jenkins that may start its jobs and see no others (R80).",
    text("An account on Jenkins.", jenkinsAccountPattern, {
      what: "the name of an account on Jenkins",
      allowed: "letters, digits and . _ @ + -, first a letter or digit, at most 100",
      fix: "write the account's id as Jenkins shows it, and never anonymous or authenticated",
    }),
  ).optional(),
  weekly: flag(
    "true: stage's branch is merged into production's each Monday, once its tests passed (R58).",
  ).optional(),
});

/** What a project says of its jobs on Jenkins. */
export type Jenkins = Declared<typeof jenkins>;

/** What the fleet's own jobs on Jenkins run from. */
export const agencyJenkins = group(
  "The fleet's own jobs on Jenkins, which look each night and tell Slack how projects' jobs end (R50); absent: it has none.",
  {
    repository: repository("The repository of these stack files."),
    branch: branch.optional(),
  },
);

/**
 * What jobs do. A project's: tests, a delivery to an environment, the weekly merge. The fleet's: the nightly look, and
 * telling Slack how projects' jobs ended.
 */
export const jobKinds = ["stage", "prod", "test", "release", "nightly", "notify"] as const;
export type JobKind = (typeof jobKinds)[number];

/** The name of a job (R46), of a project's slug or the fleet's name: on Jenkins, of its key among `jobs` and of the credential that holds the key. */
export const jobName = (slug: string, kind: JobKind): string => `${slug}-${kind}`;
