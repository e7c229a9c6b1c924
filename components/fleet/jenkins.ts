import type { Declared } from "./declared";
import { branch } from "./delivery";
import { flag, repository } from "./fields";
import { choice, group, list, text } from "./hints";

/** What Jenkins knows somebody by: stands in a permission, where a colon and spaces would end it. */
export const jenkinsAccountPattern = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/;

const address = (description: string) =>
  text(
    description,
    /^(https:\/\/[a-z0-9.-]+(:[0-9]+)?(\/[A-Za-z0-9._-]+)*|http:\/\/127\.0\.0\.1:[0-9]+)$/,
    {
      what: "the address of a Jenkins",
      allowed: "https:// and a name, without a slash at its end",
      fix: "copy it from Jenkins: Manage Jenkins, System, Jenkins URL, without the last slash",
    },
  );

/** The agency's Jenkins, as agents on nodes come in to it (R51). */
const agents = group("Agents on nodes that say jenkins: agent (R51).", {
  address: address("Jenkins' address."),
  image: text(
    "The image of its agents, which connects to it and has git and ssh; by a tag that does not move, or a digest.",
    /^(?!.*:latest$)[a-z0-9][a-z0-9._/-]*(:[0-9]+\/[a-z0-9._/-]+)?(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/,
    {
      what: "the name of an image with a tag that does not move",
      allowed:
        "a name such as jenkins/inbound-agent:3345.v03dee9b_f88fc-1-jdk21, or one with @sha256:",
      fix: "choose the tag that fits your Jenkins, and not latest",
    },
  ),
});

export type Agents = Declared<typeof agents>;

/** What a node has of Jenkins: an agent that takes its projects' deliveries. */
export const nodeJenkins = choice(
  "agent: the node has an agent of the agency's Jenkins, which takes its projects' deliveries (R51).",
  ["agent"],
  { what: "what a node has of Jenkins", fix: "write agent, or remove the line" },
);

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
    address: address(
      "Jenkins' address, where pulumi up keeps projects' jobs and their nodes' agents, and runs the job of a new project (R22); absent: people load jobs, and berth agents makes agents.",
    ).optional(),
    agents: agents.optional(),
  },
);

/**
 * What jobs do. A project's: tests, a delivery to an environment, the weekly merge, and, while it moves, one delivery to
 * its new machine. The fleet's: the nightly look, and
 * telling Slack how projects' jobs ended.
 */
export const jobKinds = ["stage", "prod", "test", "release", "move", "nightly", "notify"] as const;
export type JobKind = (typeof jobKinds)[number];

/** The name of a job (R46), of a project's slug or the fleet's name: on Jenkins, of its key among `jobs` and of the credential that holds the key. */
export const jobName = (slug: string, kind: JobKind): string => `${slug}-${kind}`;

/**
 * Of how jobs are rendered: it changes when that does, so that the next update has Jenkins hold them anew. A test
 * tells what it has to be.
 */
export const jobForm = "ddede1e53ad0";
