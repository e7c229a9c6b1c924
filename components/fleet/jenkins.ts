import type { Declared } from "./declared";
import { flag } from "./fields";
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

/** What a project's jobs do: tests, a delivery to an environment, the weekly merge. */
export const jobKinds = ["stage", "prod", "test", "release"] as const;
export type JobKind = (typeof jobKinds)[number];

/** The name of a project's job (R46): on Jenkins, of its key among `jobs` and of the credential that holds the key. */
export const jobName = (slug: string, kind: JobKind): string => `${slug}-${kind}`;
