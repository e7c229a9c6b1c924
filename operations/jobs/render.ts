import { stringify } from "yaml";

import { jobName, type JobKind } from "../../components/fleet/jenkins";
import { checkoutOf } from "./checkout";
import type { Job, Spent } from "./job";
import { digestOf, markText } from "./mark";
import { fleetSteps, tellingOf } from "./render-fleet";
import { scriptOf } from "./scripts";

/** Agents that see credentials and run nothing of a project's, and those that run its tests and see none. */
const labels = { trusted: "trusted", disposable: "disposable" } as const;

/** A job as a file for Job Builder has it, with the digest by which it is known again. */
export interface Rendered {
  readonly name: string;
  readonly digest: string;
  readonly disabled: boolean;
  readonly text: string;
}

/** Renders a job. Pure: the same job is the same text, and no secret is in it. */
export function render(job: Job): Rendered {
  const body = {
    ...head(job),
    ...(job.off === undefined ? steps(job) : {}),
  };
  const off = job.off === undefined ? "" : ` Disabled: ${job.off}.`;
  return written(job, body, `${purposes[job.kind]}${off}`);
}

/** What is left of a job whose project is not declared any more: it can deliver nothing. */
export function renderSpent(spent: Spent): Rendered {
  const job = { ...spent, name: jobName(spent.slug, spent.kind), starters: [], off: "" };
  return written(job, head(job), "Disabled: no stack file declares it any more. Delete it.");
}

type Head = Pick<Job, "name" | "slug" | "owner" | "starters" | "agent" | "off"> & {
  readonly kind: JobKind;
  readonly as?: string;
};

function written(job: Head, body: object, says: string): Rendered {
  const { name, slug, owner, kind, off } = job;
  const digest = digestOf(body);
  const mark = markText({ slug, kind, digest, owner });
  const description = `${says} Written by berth jobs from the stack files, and changed there alone. ${mark}`;
  const whole = [{ job: braces({ name, description, ...body }) }];
  return {
    name,
    digest,
    disabled: off !== undefined,
    // One form for a text, whatever is in it: a line that is folded or bent would be another diff.
    text: stringify(whole, { lineWidth: 0, aliasDuplicateObjects: false }),
  };
}

const purposes: Readonly<Record<JobKind, string>> = {
  test: "Tests each change of stage's branch, and the commits that other jobs of the project wait for (R46).",
  stage: "Delivers each change of its branch to stage (R48).",
  prod: "Tests each change of its branch and delivers it to production once they passed (R48, R49).",
  release:
    "Each Monday: tests stage's branch and merges it into production's, whose job delivers it (R58). A hotfix is pushed to production's branch and waits for no Monday; its tests it waits for all the same.",
  move: "Delivers the commit that serves to the machine that the project moves to, once, and is gone (R65).",
  nightly:
    "Each night: looks at the whole fleet, and reports that it did. Silence is an alarm where the agency has a Sentry.",
  notify:
    "Tells Slack how a project's job ended: the first failure, what failed on top of it and the recovery, with whose the commits are (R50).",
};

function head({ name, as = name, starters, agent, off, kind }: Head): Record<string, unknown> {
  return {
    "project-type": "freestyle",
    disabled: off !== undefined,
    concurrent: false,
    // The agent of its own machine has no other label than the jobs that it is there for.
    node: kind === "test" ? labels.disposable : agent ? as : labels.trusted,
    properties: [
      { "build-discarder": { "num-to-keep": 100 } },
      {
        authorization: {
          // Nothing that is granted for all of Jenkins: administrators come in all the same.
          "inheritance-strategy": "none",
          ...Object.fromEntries(
            starters.map((each) => [`USER:${each}`, ["job-read", "job-build", "job-cancel"]]),
          ),
        },
      },
    ],
  };
}

function steps(job: Job): Record<string, unknown> {
  if (job.kind === "nightly" || job.kind === "notify") return fleetSteps(job);
  const { slug, kind } = job;
  const waits = kind === "prod" || kind === "release";
  const polled = [{ pollscm: { cron: "H/5 * * * *" } }];
  return {
    ...(kind === "test" ? { parameters: [commitParameter] } : {}),
    scm: [checkoutOf(job)],
    ...(kind === "move"
      ? {}
      : { triggers: kind === "release" ? [{ timed: "H 6 * * 1" }] : polled }),
    wrappers: [
      { timeout: { timeout: kind === "test" ? 60 : 120, fail: true, type: "absolute" } },
      ...(kind === "test"
        ? []
        : [{ "ssh-agent-credentials": { users: [kind === "move" ? job.as : job.name] } }]),
    ],
    builders: [
      ...(waits ? [{ "trigger-builds": [testsFirst(slug)] }] : []),
      { shell: scriptOf(job) },
    ],
    ...(job.teller === undefined ? {} : { publishers: [tellingOf(kind, job.teller)] }),
  };
}

const commitParameter = {
  string: {
    name: "COMMIT",
    default: "",
    description: "The commit to test, all 40 digits; empty: the newest of the branch.",
    trim: true,
  },
};

/** Tests of the commit at hand, awaited; anything but success ends the job. */
function testsFirst(slug: string): Record<string, unknown> {
  return {
    project: jobName(slug, "test"),
    "predefined-parameters": "COMMIT=$GIT_COMMIT",
    block: true,
    "block-thresholds": {
      "build-step-failure-threshold": "UNSTABLE",
      "unstable-threshold": "never",
      "failure-threshold": "UNSTABLE",
    },
  };
}

/** The same with every brace doubled: Job Builder takes a single one for a variable of its own. */
function braces(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(/[{}]/g, "$&$&");
  if (Array.isArray(value)) return value.map(braces);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, braces(each)]));
}
